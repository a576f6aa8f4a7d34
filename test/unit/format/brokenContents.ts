/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-return, @typescript-eslint/restrict-plus-operands -- documents are broken here in ways that no type describes */
import { AddAccessor, Broken, type Case, Float, KHR, Track } from "./fileSurgery.js";

/** Files whose numbers, skeleton, channels or clips are wrong. */
export const BrokenContents: readonly Case[] = [
    [
        "unsorted sparse indices",
        "invalid-sparse",
        /sparse\/indices: index 1/,
        Broken(({ json, primitive, binary }) => {
            const view = json.bufferViews[json.accessors[primitive.targets[0].POSITION].sparse.indices.bufferView];
            binary.copyWithin(view.byteOffset + 2, view.byteOffset, view.byteOffset + 2);
        }),
    ],
    [
        "a sparse index past the end",
        "invalid-sparse",
        /stay below 20/,
        Broken(({ json, primitive, binary }) => {
            const view = json.bufferViews[json.accessors[primitive.targets[0].POSITION].sparse.indices.bufferView];
            binary[view.byteOffset + view.byteLength - 1] = 255;
        }),
    ],
    [
        "more sparse rows than rows",
        "invalid-sparse",
        /sparse\/count/,
        Broken(({ json, primitive }) => (json.accessors[primitive.targets[0].POSITION].sparse.count = 21)),
    ],
    [
        "a sparse target over data",
        "invalid-sparse",
        /over zeros/,
        Broken(({ json, primitive }) => (json.accessors[primitive.targets[0].POSITION].bufferView = 0)),
    ],
    ["a position that is no number", "non-finite", /row 2 holds NaN/, Float("POSITION", 7, NaN)],
    ["an infinite scale", "non-finite", /row 0 holds Infinity/, Float(`${KHR}SCALE`, 1, Infinity)],
    [
        "a NaN inverse bind matrix",
        "non-finite",
        /accessors/,
        Broken((file) => file.data(file.json.skins[0].inverseBindMatrices).setFloat32(20, NaN, true)),
    ],
    [
        "a zero quaternion",
        "invalid-rotation",
        /ROTATION: row 0 has length 0/,
        Broken((file) => file.attribute(`${KHR}ROTATION`).setBigUint64(0, 0n)),
    ],
    [
        "a zero quaternion in a clip",
        "invalid-rotation",
        /key 0 has length 0/,
        Broken((file) => {
            const view = file.data(Track(file, "rotation").output);
            [0, 4, 8, 12].forEach((offset) => view.setFloat32(offset, 0, true));
        }),
    ],
    ["a scale of zero", "invalid-scale", /SCALE: row 1 holds 0.*metres/, Float(`${KHR}SCALE`, 3, 0)],
    ["an opacity that is a logit", "invalid-opacity", /OPACITY: row 3 is 4.5.*logit/, Float(`${KHR}OPACITY`, 3, 4.5)],
    [
        "weights that miss one",
        "invalid-weights",
        /WEIGHTS_0: row 0 sums to/,
        Broken((file) => file.attribute("WEIGHTS_0").setUint32(0, 9, true)),
    ],
    [
        "a negative weight",
        "invalid-weights",
        /row 0 has a negative weight/,
        Broken((file) => {
            const weights = new Float32Array(80);
            weights.set([1.5, -0.5]);
            const description = { componentType: 5126, type: "VEC4", count: 20 };
            file.primitive.attributes.WEIGHTS_0 = AddAccessor(file, weights, description);
        }),
    ],
    [
        "a joint beyond the skin",
        "invalid-joint-index",
        /JOINTS_0: row 0 refers to joint 77.*55/,
        Broken((file) => file.attribute("JOINTS_0").setUint8(0, 77)),
    ],
    [
        "matrices for other joints",
        "invalid-skin",
        /inverseBindMatrices: 54 matrices for 55/,
        Broken(({ json }) => (json.accessors[json.skins[0].inverseBindMatrices].count = 54)),
    ],
    [
        "a projective inverse bind matrix",
        "invalid-skin",
        /not affine/,
        Broken((file) => file.data(file.json.skins[0].inverseBindMatrices).setFloat32(60, 2, true)),
    ],
    [
        "matrices that bind in another pose",
        "invalid-skin",
        /inverseBindMatrices: the matrix of joint "left_hip" misses.*0\.0020*: bind in the rest pose/,
        Broken((file) => {
            const matrices = file.data(file.json.skins[0].inverseBindMatrices);
            matrices.setFloat32(64 + 48, matrices.getFloat32(64 + 48, true) + 0.002, true);
        }),
    ],
    [
        "no inverse bind matrices, hence identities, under joints that stand elsewhere",
        "invalid-skin",
        /joint "pelvis" misses/,
        Broken(({ json }) => delete json.skins[0].inverseBindMatrices),
    ],
    [
        "an avatar node off the origin",
        "invalid-skeleton",
        /nodes\/0: the avatar node must be at the origin/,
        Broken(({ json }) => (json.nodes[0].translation = [0, 0, 1])),
    ],
    [
        "joints in a ring",
        "invalid-skeleton",
        /own ancestors|tree/,
        Broken(({ json }) => {
            json.scenes[0].nodes = [0];
            json.nodes[11].children = [1];
        }),
    ],
    [
        "a node with two parents",
        "invalid-skeleton",
        /two parents/,
        Broken(({ json }) => json.nodes[2].children.push(6)),
    ],
    [
        "a joint listed twice",
        "invalid-skeleton",
        /listed twice/,
        Broken(({ json }) => (json.skins[0].joints[4] = json.skins[0].joints[5])),
    ],
    [
        "a scaled joint",
        "invalid-skeleton",
        /"spine1" has scale 2.*apply scales/,
        Broken(({ json }) => (json.nodes[4].scale = [2, 2, 2])),
    ],
    [
        "an SMPL-X joint that rests rotated",
        "invalid-skeleton",
        /"spine1" rests rotated/,
        Broken(({ json }) => (json.nodes[4].rotation = [0, 0.6, 0, 0.8])),
    ],
    [
        "a moving node between joints",
        "invalid-skeleton",
        /between two joints/,
        Broken(({ json }) => {
            json.nodes[4].children = json.nodes[4].children.map(() => json.nodes.length);
            json.nodes.push({ name: "helper", translation: [1, 0, 0], children: [7] });
        }),
    ],
    [
        "two joints of one name",
        "duplicate-name",
        /named "pelvis"/,
        Broken(({ json }) => (json.nodes[9].name = "pelvis")),
    ],
    [
        "an SMPL-X joint mapped twice",
        "duplicate-name",
        /joints\/1: joint pelvis/,
        Broken(({ extension }) => (extension.joints[1].smplx = "pelvis")),
    ],
    [
        "two channels of one name",
        "duplicate-name",
        /named "jawOpen"/,
        Broken(({ extension }) => (extension.expressions[1].name = "jawOpen")),
    ],
    [
        "a channel that is not listed",
        "invalid-morph-target",
        /1 channels for 2/,
        Broken(({ extension }) => extension.expressions.pop()),
    ],
    [
        "channels out of order",
        "invalid-morph-target",
        /morphTarget: is 1, must be 0/,
        Broken(({ extension }) => extension.expressions.reverse()),
    ],
    [
        "a channel without offsets",
        "invalid-morph-target",
        /no POSITION/,
        Broken(({ primitive }) => (primitive.targets[0] = {})),
    ],
    [
        "times that go back",
        "invalid-animation",
        /key 2 is at 0 s/,
        Broken((file) => file.data(Track(file, "rotation").input).setFloat32(8, 0, true)),
    ],
    [
        "a property animated twice",
        "invalid-animation",
        /twice/,
        Broken(({ json }) => json.animations[0].channels.push(json.animations[0].channels[0])),
    ],
    [
        "values for other keys",
        "invalid-accessor",
        /output has 8 elements, must have 9/,
        Broken((file) => (file.json.accessors[Track(file, "rotation").output].count = 8)),
    ],
];
