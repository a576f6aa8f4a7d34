/** A weight between 0 and 1, whatever it was: what is no number is neutral. */
export function SaneWeight(weight: number): number {
    return weight > 0 && weight < Infinity ? Math.min(1, weight) : 0;
}
