import * as v from "valibot";
import { SmplxJointNames } from "../../format/bodyModel.js";
import { MaxJoints, MaxMapSize, MaxMorphTargets, MaxNameLength } from "../../format/limits.js";
import { ConvertError } from "../convertError.js";
import { type TrainedArrays } from "./trainedArrays.js";

/** Longest description, bytes. */
const MaxMetaBytes = 1_048_576;

/** Largest gain; those of the trainer are about one. */
const MaxGain = 1000;

/** Widest network that is built: far beyond what a small avatar has. */
const MaxWidth = 1024;

const Text = v.pipe(v.string(), v.maxLength(MaxNameLength));
const Name = v.pipe(Text, v.minLength(1));
const Count = (most: number): v.GenericSchema<number> =>
    v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(most));
const Gain = v.pipe(v.number(), v.gtValue(0), v.maxValue(MaxGain));

/** What `model.npz` says besides its arrays; see docs/captures.md. */
export const TrainedMetaSchema = v.object({
    version: v.literal(1),
    name: Name,
    mapSize: Count(MaxMapSize),
    network: v.object({
        size: Count(MaxMapSize),
        inputChannels: Count(MaxWidth),
        widths: v.pipe(v.array(Count(MaxWidth)), v.minLength(1), v.maxLength(8)),
        slope: v.pipe(v.number(), v.minValue(0), v.maxValue(1)),
    }),
    antialiased: v.optional(v.boolean(), false),
    channels: v.pipe(v.array(v.picklist(["position", "offset", "normal"])), v.minLength(1)),
    reduction: v.picklist(["first", "mean"]),
    gains: v.object({ position: Gain, opacity: Gain, scale: Gain, rotation: Gain, color: Gain }),
    joints: v.pipe(
        v.array(
            v.object({ name: Name, parent: v.pipe(v.number(), v.integer(), v.minValue(-1), v.maxValue(MaxJoints)) }),
        ),
        v.minLength(1),
        v.maxLength(MaxJoints),
    ),
    expressions: v.pipe(v.array(Name), v.maxLength(MaxMorphTargets)),
    license: v.optional(Text, "unknown"),
    notices: v.optional(v.pipe(v.array(v.pipe(v.string(), v.maxLength(65_536))), v.maxLength(256)), []),
    credits: v.optional(v.pipe(v.array(Text), v.maxLength(256)), []),
});

/** What `model.npz` says besides its arrays. */
export type TrainedMeta = v.InferOutput<typeof TrainedMetaSchema>;

/**
 * Reads what `model.npz` says besides its arrays.
 *
 * @param arrays of the file
 * @returns what it says
 * @throws ConvertError naming the field
 */
export async function ReadTrainedMetaAsync(arrays: TrainedArrays): Promise<TrainedMeta> {
    const { fileName } = arrays;
    if (!arrays.hasAny("meta")) {
        throw new ConvertError(
            "wrong-shape",
            `${fileName} has no "meta" as the trainer writes it. Give the model.npz of a training, not its checkpoint.`,
        );
    }
    const array = await arrays.readAsync("meta", [null], MaxMetaBytes);
    const bytes = Uint8Array.from({ length: array.count }, (_, i) => array.at(i));
    let value: unknown;
    try {
        value = JSON.parse(new TextDecoder().decode(bytes));
    } catch (cause) {
        throw new ConvertError("damaged-file", `${fileName}: "meta" is no JSON. Export the model again.`, { cause });
    }
    const result = v.safeParse(TrainedMetaSchema, value);
    const fault = result.success ? FindFault(result.output) : DescribeIssue(result.issues[0]);
    if (fault !== null || !result.success) {
        throw new ConvertError(
            "wrong-shape",
            `${fileName}: ${fault!}. Export the model again with the trainer of this version.`,
        );
    }
    return result.output;
}

function DescribeIssue({ path, message }: v.InferIssue<typeof TrainedMetaSchema>): string {
    const field = ["meta", ...(path ?? []).map(({ key }) => String(key))].join(".");
    return `${field} is not as this version reads it (${message})`;
}

/** What fields that are right by themselves say against each other. */
function FindFault({ mapSize, network, channels, joints, expressions }: TrainedMeta): string | null {
    const { size, inputChannels } = network;
    if (mapSize % size !== 0) {
        return `meta.mapSize is ${mapSize}, which meta.network.size, ${size}, does not divide`;
    }
    const twice = FindTwice(channels);
    if (twice !== undefined) {
        return `meta.channels lists "${twice}" twice`;
    }
    // Vectors of three, front and back.
    if (inputChannels !== channels.length * 6) {
        return `meta.channels lists ${channels.length} (${channels.join(", ")}), which make ${channels.length * 6} channels of a pose map; meta.network.inputChannels is ${inputChannels}`;
    }
    const sameExpression = FindTwice(expressions);
    if (sameExpression !== undefined) {
        return `meta.expressions lists "${sameExpression}" twice`;
    }
    const names = joints.map(({ name }) => name);
    const sameJoint = FindTwice(names);
    if (sameJoint !== undefined) {
        return `meta.joints lists "${sameJoint}" twice`;
    }
    const missing = SmplxJointNames.find((name) => !names.includes(name));
    if (missing !== undefined) {
        return `meta.joints has no "${missing}"`;
    }
    const wrong = joints.findIndex(({ parent }, joint) => parent >= joint || parent < 0 !== (joint === 0));
    if (wrong >= 0) {
        const { name, parent } = joints[wrong]!;
        return `meta.joints does not name parents before their children, or has two roots: joint ${wrong}, "${name}", has the parent ${parent}; the first alone has none, which is −1`;
    }
    return null;
}

function FindTwice(names: readonly string[]): string | undefined {
    const seen = new Set<string>();
    return names.find((name) => seen.size === seen.add(name).size);
}
