import * as v from "valibot";
import { MaxJoints, MaxMapSize, MaxMorphTargets, MaxNameLength } from "../../format/limits.js";

/** Widest network that is built: far beyond what a small avatar has. */
const MaxWidth = 1024;

const Name = v.pipe(v.string(), v.maxLength(MaxNameLength));
const Count = (most: number): v.GenericSchema<number> =>
    v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(most));
const Gain = v.pipe(v.number(), v.finite());

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
    license: v.optional(Name, "unknown"),
    notices: v.optional(v.pipe(v.array(v.pipe(v.string(), v.maxLength(65_536))), v.maxLength(256)), []),
    credits: v.optional(v.pipe(v.array(Name), v.maxLength(256)), []),
});

/** What `model.npz` says besides its arrays. */
export type TrainedMeta = v.InferOutput<typeof TrainedMetaSchema>;
