import * as v from "valibot";
import { MaxNameLength } from "../../format/limits.js";
import { ConvertError } from "../convertError.js";
import { type TrainedArrays } from "./trainedArrays.js";

/** Longest description, bytes. */
const MaxMetaBytes = 1_048_576;

const Text = v.pipe(v.string(), v.maxLength(MaxNameLength));

/** A name that is one. */
export const MetaName = v.pipe(Text, v.minLength(1));

/** Whole numbers from 1. @param most the largest */
export const MetaCount = (most: number): v.GenericSchema<number> =>
    v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(most));

/** Whose it is: fields of every trained model. */
export const MetaCredits = {
    license: v.optional(Text, "unknown"),
    notices: v.optional(v.pipe(v.array(v.pipe(v.string(), v.maxLength(65_536))), v.maxLength(256)), []),
    credits: v.optional(v.pipe(v.array(Text), v.maxLength(256)), []),
};

/** What makes a model, as messages name it. */
export interface IMetaSource<Schema extends v.GenericSchema> {
    /** Fields, and what each may be. */
    readonly schema: Schema;
    /** Tells what fields that are right by themselves say against each other; null: nothing. */
    readonly findFault: (meta: v.InferOutput<Schema>) => string | null;
    /** Who writes it. */
    readonly trainer: string;
    /** What is exported again. */
    readonly thing: string;
}

/**
 * Reads what a trained model says besides its arrays: JSON, as bytes in the array "meta".
 *
 * @param arrays of the file
 * @param source what it has to say
 * @returns what it says
 * @throws ConvertError naming the field
 */
export async function ReadMetaAsync<Schema extends v.GenericSchema>(
    arrays: TrainedArrays,
    { schema, findFault, trainer, thing }: IMetaSource<Schema>,
): Promise<v.InferOutput<Schema>> {
    const { fileName } = arrays;
    if (!arrays.hasAny("meta")) {
        throw new ConvertError(
            "wrong-shape",
            `${fileName} has no "meta" as ${trainer} writes it. Give the ${thing}.npz of a training, not its checkpoint.`,
        );
    }
    const array = await arrays.readAsync("meta", [null], MaxMetaBytes);
    const bytes = Uint8Array.from({ length: array.count }, (_, i) => array.at(i));
    let value: unknown;
    try {
        value = JSON.parse(new TextDecoder().decode(bytes));
    } catch (cause) {
        throw new ConvertError("damaged-file", `${fileName}: "meta" is no JSON. Export the ${thing} again.`, { cause });
    }
    const result = v.safeParse(schema, value);
    const fault = result.success ? findFault(result.output) : DescribeIssue(result.issues[0]);
    if (fault !== null || !result.success) {
        throw new ConvertError(
            "wrong-shape",
            `${fileName}: ${fault!}. Export the ${thing} again with the trainer of this version.`,
        );
    }
    return result.output;
}

function DescribeIssue({ path, message }: v.BaseIssue<unknown>): string {
    const field = ["meta", ...(path ?? []).map(({ key }) => String(key))].join(".");
    return `${field} is not as this version reads it (${message})`;
}
