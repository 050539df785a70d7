// Lists of features as data: some functions are longer than the house's 40 lines.
import type { Feature } from '../definition.ts'
import { playsRole, type Role } from '../roles.ts'
import type { CatalogContext, FamilyFeatures } from './context.ts'
import { derive, last, measure } from './make.ts'
import { firstOf, roleCount, tenureDays } from './shared.ts'

const family = 'lifecycle'

/** The chain registration -> first key action -> first order -> second order: how far, and how fast. */
export function onboardingFeatures(context: CatalogContext): FamilyFeatures {
  const firsts = {
    register: firstOf(context, 'register'),
    key_action: firstOf(context, 'key_action'),
    purchase: firstOf(context, 'purchase'),
  }
  const between = (name: string, description: string, from: readonly Feature[]): Feature =>
    derive(
      family,
      { name, description: `Days from ${description}; empty if there was none`, unit: 'days' },
      { formula: 'difference', from },
    )
  const toPurchase = between('days_to_first_purchase', 'the first event to the first order', [
    tenureDays,
    firsts.purchase,
  ])
  const steps = chain(context)
  return {
    features: [
      ...Object.values(firsts),
      between('days_to_first_key_action', 'the first event to the first key action', [tenureDays, firsts.key_action]),
      toPurchase,
      between('days_from_register_to_key_action', 'the registration to the first key action', [
        firsts.register,
        firsts.key_action,
      ]),
      between('days_from_register_to_purchase', 'the registration to the first order', [
        firsts.register,
        firsts.purchase,
      ]),
      between('days_from_key_action_to_purchase', 'the first key action to the first order', [
        firsts.key_action,
        firsts.purchase,
      ]),
      measure(
        family,
        {
          name: 'days_to_repeat_purchase',
          description: 'Days from the first day with an order to the second; empty if there is no second',
          unit: 'days',
        },
        { measure: 'gaps', of: 'first', where: playsRole(context.roles, 'purchase') },
        last('lifetime'),
      ),
      derive(
        family,
        {
          name: 'is_quick_first_purchase',
          description:
            '1 if the first order came on the day of the first event or the day after, else 0; empty without',
          unit: 'flag',
        },
        { formula: 'below', from: [toPurchase], limit: 2 },
      ),
      ...(steps.length < 2 ? [] : [onboardingStep(steps)]),
    ],
    supporting: steps,
  }
}

/** Counts of the steps that these data know: above 0 = done. */
function chain(context: CatalogContext): readonly Feature[] {
  const isThere = (role: Role): boolean => context.roles[role].some((type) => context.eventTypes.includes(type))
  const counts = (['register', 'key_action', 'purchase'] as const)
    .filter(isThere)
    .map((role) => roleCount(context, role, last('lifetime')))
  const repeats = measure(
    family,
    { name: 'repeat_purchase_count', description: 'Days with an order after the first', unit: 'count' },
    { measure: 'gaps', of: 'count', where: playsRole(context.roles, 'purchase') },
    last('lifetime'),
  )
  return isThere('purchase') ? [...counts, repeats] : counts
}

function onboardingStep(steps: readonly Feature[]): Feature {
  return derive(
    family,
    {
      name: 'onboarding_step',
      description: `How many of the ${steps.length} steps from registration to the second order are done`,
      unit: 'count',
      actionable: true,
    },
    { formula: 'countPositive', from: steps },
  )
}
