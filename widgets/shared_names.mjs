// What the bundle calls most often, by names that can be shortened: `build.mjs` puts them for `Math.max` and its like.
export const { max: $max, min: $min, floor: $floor, ceil: $ceil, round: $round } = Math;
export const { stringify: $stringify } = JSON;
