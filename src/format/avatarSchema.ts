import * as v from "valibot";
import { BodyModels, SmplxJointNames } from "./bodyModel.js";
import { MaxJoints, MaxMorphTargets, MaxNetworks } from "./limits.js";
import { FaceJointNames } from "./morphTarget.js";
import { Described, Index, Text } from "./schemaParts.js";
import { NetworkSchema, TierSchema } from "./tierSchema.js";

/** Version of the extension that this library writes and reads. */
export const AvatarExtensionVersion = 1;

/** The colour space this library writes: sRGB display values, blended as they are. */
export const DisplayColorSpace = "srgb_rec709_display";

const LongText = v.pipe(v.string(), v.maxLength(65536));

/** Largest weight of a channel: codes of statistical faces stay far below. */
const MaxFollow = 1000;

const Bounded = (most: number): v.GenericSchema<number> => v.pipe(v.number(), v.minValue(-most), v.maxValue(most));

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
                    follows: Described(
                        v.optional(v.record(Text, Bounded(MaxFollow))),
                        "Which of ARKit's shapes move the channel, and how much of it each adds at weight 1. Absent: its name tells.",
                    ),
                    range: Described(
                        v.optional(v.strictTuple([Bounded(MaxFollow), Bounded(MaxFollow)])),
                        "Least and greatest weight that make a face; 0 is between them. Absent: 0 and 1.",
                    ),
                }),
            ),
            v.maxLength(MaxMorphTargets),
        ),
        "Expression channels: one for every morph target, in the same order.",
    ),
    faceJoints: Described(
        v.optional(
            v.pipe(
                v.array(
                    v.strictObject({
                        joint: Described(v.picklist(FaceJointNames), "SMPL-X name of the joint; each once."),
                        turns: Described(
                            v.record(Text, v.strictTuple([Bounded(Math.PI), Bounded(Math.PI), Bounded(Math.PI)])),
                            "Rotation vectors at weight 1 of ARKit's shapes, radians, canonical space. They add up.",
                        ),
                    }),
                ),
                v.maxLength(FaceJointNames.length),
            ),
        ),
        "Joints that move with the face. Absent: jaw and eyes, where Gaussians hang on them and no channel does the same.",
    ),
    colorSpace: Described(
        v.literal(DisplayColorSpace),
        "Colours are sRGB display values, as the camera saw them, and are blended as such.",
    ),
    antialiased: Described(
        v.optional(v.boolean()),
        "Whether splats smaller than a pixel keep their energy (2D Mip filter); absent: false.",
    ),
    tiers: Described(
        v.pipe(v.array(TierSchema), v.minLength(1), v.maxLength(3)),
        "Ways to draw the avatar, cheapest first.",
    ),
    networks: Described(v.optional(v.pipe(v.array(NetworkSchema), v.maxLength(MaxNetworks))), "Networks of the tiers."),
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
