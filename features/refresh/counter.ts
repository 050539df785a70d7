/** Element 0: the next piece of work that nobody has taken. */
export const counter = (): Int32Array => new Int32Array(new SharedArrayBuffer(4))
