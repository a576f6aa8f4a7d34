import * as v from "valibot";
import { BodyModels, SmplxJointNames } from "./bodyModel.js";
import { MaxJoints, MaxMorphTargets, MaxNameLength } from "./limits.js";

/** Version of the extension that this library writes and reads. */
export const AvatarExtensionVersion = 1;

/** The colour space this library writes: sRGB display values, blended as they are. */
export const DisplayColorSpace = "srgb_rec709_display";

const Index = v.pipe(v.number(), v.integer(), v.minValue(0));
const Text = v.pipe(v.string(), v.minLength(1), v.maxLength(MaxNameLength));
const LongText = v.pipe(v.string(), v.maxLength(65536));

function Described<T extends v.GenericSchema>(
    schema: T,
    description: string,
): v.SchemaWithPipe<readonly [T, v.DescriptionAction<v.InferOutput<T>, string>]> {
    return v.pipe(schema, v.description(description));
}

const TensorSchema = v.strictObject({
    name: Described(Text, "Name of the ONNX graph input or output."),
    type: Described(v.picklist(["float32", "float16", "int32", "int64", "uint8"]), "Element type."),
    shape: Described(
        v.pipe(v.array(v.pipe(v.number(), v.integer(), v.minValue(1))), v.maxLength(8)),
        "Dimensions, outermost first; all are fixed.",
    ),
});

const NetworkSchema = v.strictObject({
    name: Described(Text, "Unique name that tiers refer to."),
    uri: Described(
        v.optional(Text),
        "ONNX file beside this file, relative, without `..`; so that big networks load later. Exactly one of `uri` and `bufferView`.",
    ),
    bufferView: Described(
        v.optional(Index),
        "Buffer view that holds the ONNX bytes. Exactly one of `uri` and `bufferView`.",
    ),
    byteLength: Described(v.pipe(Index, v.minValue(1)), "Size of the ONNX bytes."),
    inputs: Described(v.pipe(v.array(TensorSchema), v.maxLength(64)), "Tensors that go in, in the order of the graph."),
    outputs: Described(
        v.pipe(v.array(TensorSchema), v.maxLength(64)),
        "Tensors that come out, in the order of the graph.",
    ),
});

const TierSchema = v.strictObject({
    name: Described(
        v.picklist(["baked", "lite", "full"]),
        "`baked`: the Gaussians of the primitive, skinned, no network. `lite`, `full`: small or official networks (reserved).",
    ),
    networks: Described(v.optional(v.pipe(v.array(Text), v.maxLength(64))), "Names of the networks this tier runs."),
});

/** The root extension object: schema, type and documentation in one. */
export const AvatarExtensionSchema = v.strictObject({
    version: Described(
        v.literal(AvatarExtensionVersion),
        "Version of this extension. Readers refuse a version they do not know.",
    ),
    avatar: Described(Index, "Node that holds the mesh and the skin."),
    bodyModel: Described(v.picklist(BodyModels), "Which published body model the joints follow."),
    joints: Described(
        v.pipe(
            v.array(
                v.strictObject({
                    node: Described(Index, "A node of the skin."),
                    smplx: Described(
                        v.picklist(SmplxJointNames, "not the name of an SMPL-X joint"),
                        "Which SMPL-X joint it is.",
                    ),
                }),
            ),
            v.maxLength(MaxJoints),
        ),
        "Which nodes are SMPL-X joints: at least all of the body model. Joints of the skin that are not listed are additional ones.",
    ),
    expressions: Described(
        v.pipe(
            v.array(
                v.strictObject({
                    name: Described(Text, "Name of the channel, for example the ARKit name `jawOpen`; unique."),
                    morphTarget: Described(Index, "Index of the morph target of the primitive."),
                }),
            ),
            v.maxLength(MaxMorphTargets),
        ),
        "Expression channels: one for every morph target, in the same order.",
    ),
    colorSpace: Described(
        v.literal(DisplayColorSpace),
        "Colours are sRGB display values, as the camera saw them, and are blended as such.",
    ),
    tiers: Described(
        v.pipe(v.array(TierSchema), v.minLength(1), v.maxLength(3)),
        "Ways to draw the avatar, cheapest first.",
    ),
    networks: Described(v.optional(v.pipe(v.array(NetworkSchema), v.maxLength(64))), "Networks of the tiers."),
    credits: Described(
        v.optional(v.pipe(v.array(LongText), v.maxLength(256))),
        "People and projects to name, one an entry.",
    ),
    license: Described(Text, "SPDX identifier or name of the licence."),
    notices: Described(
        v.pipe(v.array(LongText), v.maxLength(256)),
        "Notices that the licence asks to be kept, one an entry.",
    ),
    extensions: Described(v.optional(v.record(v.string(), v.unknown())), "As everywhere in glTF."),
    extras: Described(v.optional(v.unknown()), "As everywhere in glTF."),
});

/** The root extension object of an avatar file. */
export type IAvatarExtension = v.InferOutput<typeof AvatarExtensionSchema>;
