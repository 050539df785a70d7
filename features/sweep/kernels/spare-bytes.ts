/** Kernels take 16 bytes at a time: room for one step too many behind arrays of which they say so. */
export const spareBytes = 16
