import * as v from "valibot";
import {
    MaxJoints,
    MaxMapSize,
    MaxMorphTargets,
    MaxNetworkBytes,
    MaxNetworks,
    MaxTensorChannels,
    MaxTensors,
} from "./limits.js";
import { HeadSchema } from "./headSchema.js";
import { Described, Index, InfluencesSchema, Number32, Text } from "./schemaParts.js";

/** Part of the root extension: the networks, and the tiers that run them. */

/** Rows of numbers: an accessor, or the one row that all are. */
const Rows = v.union([Index, v.pipe(v.array(Number32), v.minLength(1), v.maxLength(4))]);

/** Side of a map, texels or pixels. */
const Side = v.pipe(Index, v.minValue(1), v.maxValue(MaxMapSize));

const Channels = v.pipe(v.array(v.pipe(Index, v.maxValue(MaxTensorChannels - 1))), v.minLength(1), v.maxLength(4));

const TensorSchema = v.strictObject({
    name: Described(Text, "Name of the ONNX graph input or output."),
    type: Described(
        v.literal("float32", "not float32, in which tensors pass between networks"),
        "Element type; what is computed inside the graph may have others.",
    ),
    shape: Described(
        v.pipe(v.array(v.pipe(v.number(), v.integer(), v.minValue(1))), v.maxLength(8)),
        "Dimensions, outermost first; all are fixed.",
    ),
});

/** A network of the root extension. */
export const NetworkSchema = v.strictObject({
    name: Described(Text, "Unique name that tiers refer to."),
    uri: Described(
        v.optional(Text),
        "ONNX file beside this file, relative, without `..`; so that big networks load later. Exactly one of `uri` and `bufferView`.",
    ),
    bufferView: Described(
        v.optional(Index),
        "Buffer view that holds the ONNX bytes. Exactly one of `uri` and `bufferView`.",
    ),
    byteLength: Described(v.pipe(Index, v.minValue(1), v.maxValue(MaxNetworkBytes)), "Size of the ONNX bytes."),
    inputs: Described(
        v.pipe(v.array(TensorSchema), v.maxLength(MaxTensors)),
        "Tensors that go in, in the order of the graph.",
    ),
    outputs: Described(
        v.pipe(v.array(TensorSchema), v.maxLength(MaxTensors)),
        "Tensors that come out, in the order of the graph.",
    ),
});

const ProjectionSchema = v.strictObject({
    pixels: Described(
        Index,
        "[M] where the x of each projected vector stands in the pose map [C,size,size], strictly ascending: SCALAR of u8, u16 or u32.",
    ),
    mean: Described(Index, "[M,3] mean of the training, metres: VEC3 of f32."),
    components: Described(Index, "[P,M,3] orthonormal rows, one behind the other: VEC3 of f32."),
    limits: Described(Index, "[P] largest absolute value of each coefficient, metres: SCALAR of f32."),
});

const ConditioningSchema = v.strictObject({
    size: Described(Side, "Side of the pose map, pixels; divides the side of the maps."),
    side: Described(v.picklist(["front", "both"]), "Which maps go in."),
    channels: Described(
        v.pipe(v.array(v.picklist(["position", "offset", "normal"])), v.minLength(1), v.maxLength(3)),
        "What a pixel holds, three numbers each, in this order; each once.",
    ),
    reduction: Described(
        v.picklist(["first", "mean"]),
        "Which texels of a block make a pixel: the top left one alone, or the mean of all that hold a Gaussian.",
    ),
    restJoints: Described(
        v.pipe(v.array(Index), v.maxLength(MaxJoints)),
        "Entries of the skin that are held at rest for the pose map.",
    ),
    viewSize: Described(
        v.pipe(Index, v.maxValue(MaxMapSize)),
        "Side of the view maps, pixels; 0 when no network depends on the camera.",
    ),
    projection: Described(v.optional(ProjectionSchema), "Keeps poses near those of the training."),
});

const AttributeOutputSchema = v.strictObject({
    attribute: Described(
        v.picklist(["position", "opacity", "scale", "rotation", "color"]),
        "Which attribute; each once.",
    ),
    tensor: Described(Text, "Output [1,C,R,R] of a network of the tier, float32; R divides the side of the maps."),
    front: Described(Channels, "Channel of each component for texels of the front map."),
    back: Described(Channels, "Channel of each component for texels of the back map."),
});

const FixedHandsSchema = v.strictObject({
    shares: Described(Rows, "[N] share of the fixed Gaussians, 0..1."),
    positions: Described(Index, "[N,3] metres: VEC3 of f32."),
    opacities: Described(Rows, "[N] 0..1."),
    scales: Described(Rows, "[N,3] metres, > 0."),
    rotations: Described(Rows, "[N,4] unit quaternions."),
});

const DecodingSchema = v.strictObject({
    outputs: Described(
        v.pipe(v.array(AttributeOutputSchema), v.maxLength(5)),
        "One for each attribute that the networks change; the others keep their base values.",
    ),
    gains: Described(
        v.strictObject({
            position: Described(Number32, "Metres."),
            opacity: Described(Number32, "Logits."),
            scale: Described(Number32, "Natural logarithms of metres."),
            rotation: Described(Number32, "Of quaternions."),
            color: Described(Number32, "Of raw colours."),
        }),
        "What outputs are multiplied by.",
    ),
    opacities: Described(Rows, "[N] base opacities, logits."),
    scales: Described(Rows, "[N,3] base scales, natural logarithms of metres."),
    rotations: Described(Rows, "[N,4] base rotations, of any length above 0."),
    colors: Described(Rows, "[N,3] base colours r g b: display values, or logits of them with `sigmoid`."),
    colorActivation: Described(v.picklist(["none", "sigmoid"]), "What makes a raw colour a display value."),
    fixedHands: Described(v.optional(FixedHandsSchema), "Hands that stay as they are in one pose."),
});

const MapsSchema = v.strictObject({
    size: Described(Side, "Side of one map, texels, W. Front and back map are one image of W × 2W."),
    texels: Described(
        Index,
        "[N] texels that hold a Gaussian, v · 2W + u, strictly ascending: SCALAR of u8, u16 or u32.",
    ),
    positions: Described(Index, "[N,3] template points, the model's canonical space, metres: VEC3 of f32."),
    normals: Described(Index, "[N,3] normals of the template: VEC3 of f32, or of i8 or i16, normalised."),
    influences: Described(InfluencesSchema, "Joints that move each Gaussian."),
    inverseBindMatrices: Described(
        Index,
        "One for each entry of the skin, the model's canonical space → joint space at rest: MAT4 of f32.",
    ),
    covariance: Described(v.picklist(["linear", "quaternion"]), "How covariances are skinned."),
    conditioning: Described(ConditioningSchema, "From the pose to the networks."),
    decoding: Described(DecodingSchema, "From the networks to Gaussians."),
    targets: Described(
        v.optional(v.pipe(v.array(Index), v.maxLength(MaxMorphTargets))),
        "Offsets of the template for each expression channel, in their order: VEC3, sparse or in full. None: the model has no expressions.",
    ),
});

/** A tier of the root extension. */
export const TierSchema = v.strictObject({
    name: Described(
        v.picklist(["baked", "lite", "full"]),
        "`baked`: the Gaussians of the primitive, skinned, no network. `lite`, `full`: Gaussians that small or large networks make.",
    ),
    networks: Described(
        v.optional(v.pipe(v.array(Text), v.maxLength(MaxNetworks))),
        "Names of the networks this tier runs, in the order in which they run.",
    ),
    maps: Described(
        v.optional(MapsSchema),
        "How poses become Gaussians. A tier `lite` or `full` with neither `maps` nor `head` is left out.",
    ),
    head: Described(v.optional(HeadSchema), "How expressions of a head become Gaussians. One tier of a file has it."),
});

/** A network of the root extension. */
export type INetworkDescription = v.InferOutput<typeof NetworkSchema>;

/** A tier of the root extension. */
export type ITierDescription = v.InferOutput<typeof TierSchema>;

/** How a tier makes Gaussians, as the root extension says it. */
export type IMapsDescription = v.InferOutput<typeof MapsSchema>;
