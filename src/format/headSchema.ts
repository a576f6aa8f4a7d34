import * as v from "valibot";
import { HeadPoseSize, MaxPerceptronLayers, MaxPerceptronWidth } from "./headModel.js";
import { MaxHeadOctaves, MaxMorphTargets } from "./limits.js";
import { Described, Index, InfluencesSchema, Number32 } from "./schemaParts.js";

/** Part of a tier: a head, and the networks that make its Gaussians. */

const Size = (most: number): v.GenericSchema<number> => v.pipe(Index, v.minValue(1), v.maxValue(most));

/** What goes into a network: features or an encoded place, and a code. */
const MaxInputs = MaxPerceptronWidth + MaxMorphTargets;

const PerceptronSchema = v.strictObject({
    widths: Described(
        v.pipe(v.array(Size(MaxInputs)), v.minLength(3), v.maxLength(MaxPerceptronLayers + 1)),
        `Numbers that go in, those of every layer, numbers that come out; from the second on at most ${MaxPerceptronWidth}.`,
    ),
    parameters: Described(Index, "Layer by layer weights [out, in], then biases [out]: SCALAR of f32."),
});

const BranchSchema = v.strictObject({
    color: Described(PerceptronSchema, "Features and code → channels."),
    attributes: Described(PerceptronSchema, "Features and code → scale x y z, rotation x y z w, opacity."),
    deformation: Described(PerceptronSchema, "Encoded place and code → x y z, of which tanh is taken."),
});

const Pose = v.pipe(v.array(Number32), v.length(HeadPoseSize));

/** A head of the root extension. */
export const HeadSchema = v.strictObject({
    codeSize: Described(
        Size(MaxMorphTargets),
        "Numbers of the expression code, K: the first K expression channels are it.",
    ),
    channels: Described(Size(MaxPerceptronWidth), "Channels of a Gaussian, at least 3: the first are r g b."),
    octaves: Described(
        v.pipe(Index, v.maxValue(MaxHeadOctaves)),
        "Frequencies of the positional encoding: x, sin x, cos x, sin 2x, cos 2x, ….",
    ),
    positions: Described(Index, "[N,3] undeformed points, unit of the networks: VEC3 of f32."),
    features: Described(
        Index,
        "[N,F] features within ±1, one row behind the other: SCALAR of f32, or of i16, normalised.",
    ),
    shares: Described(Index, "[N] share of the expression, 0 to 1, descending: SCALAR of f32."),
    scales: Described(Index, "[N,3] base scales, natural logarithms of the unit: VEC3 of f32."),
    rotations: Described(Index, "[N,4] base rotations x y z w, of any length above 0: VEC4 of f32."),
    opacities: Described(Index, "[N] base opacities, logits: SCALAR of f32."),
    gains: Described(
        v.strictObject({
            position: Described(Number32, "Farthest way of a point, unit of the networks."),
            attributes: Described(Number32, "Of changes of scale, rotation and opacity."),
        }),
        "What outputs are multiplied by.",
    ),
    unit: Described(v.pipe(v.number(), v.minValue(1e-6), v.maxValue(1e6)), "Metres of a unit of the networks."),
    origin: Described(
        v.strictTuple([Number32, Number32, Number32]),
        "Where the origin of the networks lies in canonical space, metres.",
    ),
    expression: Described(BranchSchema, "Networks that move points by the expression."),
    pose: Described(v.optional(BranchSchema), "Networks that move points by the pose. Absent: all shares are 1."),
    poseRange: Described(
        v.strictObject({
            rest: Described(Pose, "Pose of a head that is not turned."),
            least: Described(Pose, "Least values of the training."),
            greatest: Described(Pose, "Greatest values of the training."),
        }),
        "Poses that the networks know: rotation vector, radians, and translation, metres.",
    ),
    influences: Described(InfluencesSchema, "Joints that move each Gaussian as a whole."),
    refiner: Described(
        v.optional(
            v.strictObject({
                center: Described(
                    v.strictTuple([Number32, Number32, Number32]),
                    "Middle of its pictures, canonical space, metres.",
                ),
                width: Described(
                    v.pipe(v.number(), v.minValue(1e-3), v.maxValue(1e3)),
                    "Metres that a picture spans there.",
                ),
            }),
        ),
        "In which framing the tier's `networks` make `picture` [1,3,P,P] of `features` [1,C,S,S].",
    ),
});

/** A head, as the root extension says it. */
export type IHeadDescription = v.InferOutput<typeof HeadSchema>;
