import type { Condition } from '../core/condition.ts'

/** What events mean to the catalogue. A role is played by the event type of the same name unless the config maps it. */
export const roles = [
  'register',
  'login',
  'view',
  'cart',
  'favourite',
  'key_action',
  'purchase',
  'discount',
  'return',
  'refund',
  'complaint',
  'cancel_order',
  'payment_failed',
  'unsubscribe',
  'uninstall',
] as const
export type Role = (typeof roles)[number]

/** Roles that tell of trouble. */
export const negativeRoles = [
  'return',
  'refund',
  'complaint',
  'cancel_order',
  'payment_failed',
  'unsubscribe',
  'uninstall',
] as const

/** Role -> the event types that play it; at least one each. */
export type RoleMap = Readonly<Record<Role, readonly string[]>>

/** The roles of a config: what is mapped, else the type of the same name. */
export function resolveRoles(mapped: Partial<Readonly<Record<Role, readonly string[]>>>): RoleMap {
  return Object.fromEntries(roles.map((role) => [role, mapped[role] ?? [role]])) as unknown as RoleMap
}

/** Condition that an event plays one of the roles. */
export function playsRole(map: RoleMap, ...wanted: readonly Role[]): Condition {
  const types = [...new Set(wanted.flatMap((role) => map[role]))].sort()
  return { op: 'in', name: 'event_type', values: types }
}
