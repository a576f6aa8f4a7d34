import * as v from "valibot";
import { SmplxJointNames } from "../../format/bodyModel.js";
import {
    MaxFeatureChannels,
    MaxHeadOctaves,
    MaxMorphTargets,
    MaxNameLength,
    MaxPictureSide,
} from "../../format/limits.js";
import { MaxPerceptronLayers, MaxPerceptronWidth } from "../../format/headModel.js";
import { ConvertError } from "../convertError.js";
import { type TrainedArrays } from "../lite/trainedArrays.js";

/** Longest description, bytes. */
const MaxMetaBytes = 1_048_576;

/** Largest gain, unit and width; those of the trainer are about one. */
const MaxSize = 1000;

/** Most joints of a head: it has three. */
const MaxHeadJoints = 16;

const Text = v.pipe(v.string(), v.maxLength(MaxNameLength));
const Name = v.pipe(Text, v.minLength(1));
const Count = (most: number): v.GenericSchema<number> =>
    v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(most));
const Size = v.pipe(v.number(), v.gtValue(0), v.maxValue(MaxSize));
const Place = v.tuple([v.number(), v.number(), v.number()]);
const Widths = v.pipe(
    v.array(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(4 * MaxPerceptronWidth))),
    v.minLength(3),
    v.maxLength(MaxPerceptronLayers + 1),
);

/** What `head.npz` says besides its arrays; see docs/captures.md. */
const HeadMetaSchema = v.object({
    version: v.literal(1),
    name: v.optional(Name, "head"),
    expressions: v.pipe(v.array(Name), v.minLength(1), v.maxLength(MaxMorphTargets)),
    joints: v.pipe(
        v.array(
            v.object({
                name: v.picklist(SmplxJointNames),
                parent: v.pipe(v.number(), v.integer(), v.minValue(-1), v.maxValue(MaxHeadJoints)),
            }),
        ),
        v.minLength(1),
        v.maxLength(MaxHeadJoints),
    ),
    channels: v.pipe(v.number(), v.integer(), v.minValue(3), v.maxValue(MaxFeatureChannels)),
    octaves: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MaxHeadOctaves)),
    unit: Size,
    origin: Place,
    gains: v.object({ position: Size, attributes: Size }),
    widths: v.object({ color: Widths, attributes: Widths, deformation: Widths }),
    antialiased: v.optional(v.boolean(), false),
    refiner: v.object({ side: Count(MaxPictureSide), center: Place, width: Size }),
    license: v.optional(Text, "unknown"),
    notices: v.optional(v.pipe(v.array(v.pipe(v.string(), v.maxLength(65_536))), v.maxLength(256)), []),
    credits: v.optional(v.pipe(v.array(Text), v.maxLength(256)), []),
});

/** What `head.npz` says besides its arrays. */
export type HeadMeta = v.InferOutput<typeof HeadMetaSchema>;

/**
 * Reads what `head.npz` says besides its arrays.
 *
 * @param arrays of the file
 * @returns what it says
 * @throws ConvertError naming the field
 */
export async function ReadHeadMetaAsync(arrays: TrainedArrays): Promise<HeadMeta> {
    const { fileName } = arrays;
    if (!arrays.hasAny("meta")) {
        throw new ConvertError(
            "wrong-shape",
            `${fileName} has no "meta" as the trainer of heads writes it. Give the head.npz of a training, not its checkpoint.`,
        );
    }
    const array = await arrays.readAsync("meta", [null], MaxMetaBytes);
    const bytes = Uint8Array.from({ length: array.count }, (_, i) => array.at(i));
    let value: unknown;
    try {
        value = JSON.parse(new TextDecoder().decode(bytes));
    } catch (cause) {
        throw new ConvertError("damaged-file", `${fileName}: "meta" is no JSON. Export the head again.`, { cause });
    }
    const result = v.safeParse(HeadMetaSchema, value);
    const fault = result.success ? FindFault(result.output) : DescribeIssue(result.issues[0]);
    if (fault !== null || !result.success) {
        throw new ConvertError(
            "wrong-shape",
            `${fileName}: ${fault!}. Export the head again with the trainer of this version.`,
        );
    }
    return result.output;
}

function DescribeIssue({ path, message }: v.InferIssue<typeof HeadMetaSchema>): string {
    const field = ["meta", ...(path ?? []).map(({ key }) => String(key))].join(".");
    return `${field} is not as this version reads it (${message})`;
}

/** What fields that are right by themselves say against each other. */
function FindFault({ joints, expressions }: HeadMeta): string | null {
    if (new Set(expressions).size < expressions.length) {
        return "meta.expressions lists a name twice";
    }
    const names = joints.map(({ name }) => name);
    if (new Set(names).size < names.length || !names.includes("head")) {
        return `meta.joints lists ${names.join(", ")}: each once, with "head" among them`;
    }
    const wrong = joints.findIndex(({ parent }, joint) => parent >= joint || parent < 0 !== (joint === 0));
    return wrong < 0
        ? null
        : `meta.joints does not name parents before their children, or has two roots: joint ${wrong}, "${names[wrong]!}", has the parent ${joints[wrong]!.parent}`;
}
