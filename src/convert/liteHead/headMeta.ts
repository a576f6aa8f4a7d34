import * as v from "valibot";
import { SmplxJointNames } from "../../format/bodyModel.js";
import { MaxFeatureChannels, MaxHeadOctaves, MaxMorphTargets, MaxPictureSide } from "../../format/limits.js";
import { MaxPerceptronLayers, MaxPerceptronWidth } from "../../format/headModel.js";
import { MetaCount, MetaCredits, MetaName, ReadMetaAsync } from "../lite/readMeta.js";
import { type TrainedArrays } from "../lite/trainedArrays.js";

/** Largest gain, unit and width; those of the trainer are about one. */
const MaxSize = 1000;

/** Most joints of a head: it has three. */
const MaxHeadJoints = 16;

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
    name: v.optional(MetaName, "head"),
    expressions: v.pipe(v.array(MetaName), v.minLength(1), v.maxLength(MaxMorphTargets)),
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
    refiner: v.object({ side: MetaCount(MaxPictureSide), center: Place, width: Size }),
    ...MetaCredits,
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
    return await ReadMetaAsync(arrays, {
        schema: HeadMetaSchema,
        findFault: FindFault,
        trainer: "the trainer of heads",
        thing: "head",
    });
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
