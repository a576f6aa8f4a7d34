import * as v from "valibot";
import { MaxInfluences, MaxNameLength } from "./limits.js";

/** A number that names an item of an array. */
export const Index = v.pipe(v.number(), v.integer(), v.minValue(0));

/** A name. */
export const Text = v.pipe(v.string(), v.minLength(1), v.maxLength(MaxNameLength));

/** A number that a 32-bit float holds; glTF's JSON has no other bound. */
export const Number32 = v.pipe(v.number(), v.minValue(-1e9), v.maxValue(1e9));

/**
 * Adds a description to a schema, for the JSON schema made of it.
 *
 * @param schema what a field must be
 * @param description what it means
 * @returns the schema with its description
 */
export function Described<T extends v.GenericSchema>(
    schema: T,
    description: string,
): v.SchemaWithPipe<readonly [T, v.DescriptionAction<v.InferOutput<T>, string>]> {
    return v.pipe(schema, v.description(description));
}

/** Joints that move each Gaussian of a model. */
export const InfluencesSchema = v.strictObject({
    count: Described(v.pipe(Index, v.minValue(1), v.maxValue(MaxInfluences)), "Joints a Gaussian, K."),
    joints: Described(Index, "[N,K] entries of the skin: SCALAR of u8 or u16."),
    weights: Described(Index, "[N,K] weights ≥ 0, used as they are: SCALAR of f32, or of u8 or u16, normalised."),
});
