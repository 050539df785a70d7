/** Natural logarithm, as JavaScript has it. */
export declare function ln(x: f64): f64
