/** True once nobody wants the result: a kernel that takes long asks now and then, and ends early with anything. */
export declare function isStopped(): bool
