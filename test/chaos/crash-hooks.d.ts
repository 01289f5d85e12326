/** Every crash point by name. */
export declare const pointNames: readonly string[];
