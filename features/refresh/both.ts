/** Waits for both to end, also where one of them fails: nothing is still at work when this returns or throws. */
export async function both<A, B>(one: Promise<A>, other: Promise<B>): Promise<readonly [A, B]> {
  await Promise.allSettled([one, other])
  return [await one, await other]
}
