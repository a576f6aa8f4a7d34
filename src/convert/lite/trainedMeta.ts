import * as v from "valibot";
import { SmplxJointNames } from "../../format/bodyModel.js";
import { MaxJoints, MaxMapSize, MaxMorphTargets } from "../../format/limits.js";
import { MetaCount, MetaCredits, MetaName, ReadMetaAsync } from "./readMeta.js";
import { type TrainedArrays } from "./trainedArrays.js";

/** Largest gain; those of the trainer are about one. */
const MaxGain = 1000;

/** Widest network that is built: far beyond what a small avatar has. */
const MaxWidth = 1024;

const Gain = v.pipe(v.number(), v.gtValue(0), v.maxValue(MaxGain));

/** What `model.npz` says besides its arrays; see docs/captures.md. */
export const TrainedMetaSchema = v.object({
    version: v.literal(1),
    name: MetaName,
    mapSize: MetaCount(MaxMapSize),
    network: v.object({
        size: MetaCount(MaxMapSize),
        inputChannels: MetaCount(MaxWidth),
        widths: v.pipe(v.array(MetaCount(MaxWidth)), v.minLength(1), v.maxLength(8)),
        slope: v.pipe(v.number(), v.minValue(0), v.maxValue(1)),
    }),
    antialiased: v.optional(v.boolean(), false),
    channels: v.pipe(v.array(v.picklist(["position", "offset", "normal"])), v.minLength(1)),
    reduction: v.picklist(["first", "mean"]),
    gains: v.object({ position: Gain, opacity: Gain, scale: Gain, rotation: Gain, color: Gain }),
    joints: v.pipe(
        v.array(
            v.object({
                name: MetaName,
                parent: v.pipe(v.number(), v.integer(), v.minValue(-1), v.maxValue(MaxJoints)),
            }),
        ),
        v.minLength(1),
        v.maxLength(MaxJoints),
    ),
    expressions: v.pipe(v.array(MetaName), v.maxLength(MaxMorphTargets)),
    ...MetaCredits,
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
    return await ReadMetaAsync(arrays, {
        schema: TrainedMetaSchema,
        findFault: FindFault,
        trainer: "the trainer",
        thing: "model",
    });
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
