import { describe, expect, it } from "@jest/globals";
import { DeclareExpressionSpace } from "../../../../src/animation/face/space/declareExpressionSpace.js";
import { DescribeExpressionSpace } from "../../../../src/animation/face/space/describeExpressionSpace.js";
import { type IExpressionSpace } from "../../../../src/animation/face/space/expressionSpace.js";
import { ArkitCount, ArkitIndices } from "../../../../src/animation/face/vocabulary/arkit.js";
import { JoinGlb, SplitGlb } from "../../../../src/format/glbContainer.js";
import { ReadAvatar } from "../../../../src/format/readAvatar.js";
import { WriteAvatar } from "../../../../src/format/writeAvatar.js";
import { MakeSampleAvatar } from "../../../support/avatarSamples.js";
import { SeededRandom } from "../../../support/seededRandom.js";

const asset = MakeSampleAvatar({ gaussians: 20, joints: 55, morphTargets: 3 });
const channels = asset.morphTargets.map(({ name }) => name);

/** A space of dense components, and a jaw that turns. */
function DenseSpace(): IExpressionSpace {
    const random = SeededRandom(3);
    const turns = new Float32Array(ArkitCount * 3);
    turns.set([0.3, 0, 0.01], ArkitIndices.jawOpen * 3);
    return {
        channels,
        rest: new Float32Array(3),
        least: new Float32Array(3).fill(-3),
        greatest: new Float32Array(3).fill(2.5),
        fromArkit: Float32Array.from({ length: ArkitCount * 3 }, () => Math.fround(random() - 0.5)),
        joints: [{ joint: "jaw", turns }],
    };
}

describe("an expression space", () => {
    it("goes into the file and comes out again", () => {
        const space = DenseSpace();
        const read = ReadAvatar(WriteAvatar(DeclareExpressionSpace(asset, space)));
        expect(DescribeExpressionSpace(read)).toEqual(space);
    });

    it("of files that say nothing is that of the names; a declared channel need not be called anything", () => {
        const [first, ...others] = asset.morphTargets;
        const declared = {
            ...first!,
            name: "component 0",
            follows: { jawOpen: 2, mouthClose: -1 },
            range: [-1, 4] as const,
        };
        const read = ReadAvatar(WriteAvatar({ ...asset, morphTargets: [declared, ...others] }));
        const { fromArkit, least, greatest } = DescribeExpressionSpace(read);
        expect(fromArkit[ArkitIndices.jawOpen * 3]).toBe(2);
        expect(fromArkit[ArkitIndices.mouthClose * 3]).toBe(-1);
        expect([least[0], greatest[0], least[1], greatest[1]]).toEqual([-1, 4, 0, 1]);
        expect(Object.keys(ReadAvatar(WriteAvatar(asset)).morphTargets[0]!)).toEqual(["name", "indices", "deltas"]);
    });

    it("must be of the avatar's channels, and rest at 0", () => {
        const space = DenseSpace();
        expect(() => DeclareExpressionSpace(asset, { ...space, channels: ["a", "b"] })).toThrow(
            /has the channels a, b \(2\)/u,
        );
        expect(() => DeclareExpressionSpace(asset, { ...space, rest: Float32Array.of(0, 1, 0) })).toThrow(
            /does not rest at 0/u,
        );
    });

    it.each([
        ["a shape that is none", { expressions: [{ name: "a", morphTarget: 0, follows: { jaw: 1 } }] }, /52 shapes/u],
        [
            "a weight that is none",
            { expressions: [{ name: "a", morphTarget: 0, follows: { jawOpen: "1" } }] },
            /follows/u,
        ],
        [
            "a weight beyond all bounds",
            { expressions: [{ name: "a", morphTarget: 0, follows: { jawOpen: 1e9 } }] },
            /follows/u,
        ],
        [
            "a range that is crossed",
            { expressions: [{ name: "a", morphTarget: 0, range: [1, 0] }] },
            /goes from 1 to 0/u,
        ],
        ["a joint of the body", { faceJoints: [{ joint: "left_knee", turns: {} }] }, /faceJoints/u],
        [
            "a joint twice",
            {
                faceJoints: [
                    { joint: "jaw", turns: {} },
                    { joint: "jaw", turns: {} },
                ],
            },
            /are there twice/u,
        ],
        ["a turn of two numbers", { faceJoints: [{ joint: "jaw", turns: { jawOpen: [1, 2] } }] }, /faceJoints/u],
        ["a turn of several rounds", { faceJoints: [{ joint: "jaw", turns: { jawOpen: [9, 0, 0] } }] }, /faceJoints/u],
    ])("with %s is refused", (_title, changes, message) => {
        const { json, binary } = SplitGlb(WriteAvatar(asset));
        const document = JSON.parse(new TextDecoder().decode(json)) as { extensions: Record<string, object> };
        const extension = document.extensions["BGA_gaussian_avatar"] as { expressions: object[] };
        const { expressions = [], ...others } = changes as { expressions?: object[] };
        // The others stay: one channel for each target.
        Object.assign(extension, others, {
            expressions: [...expressions, ...extension.expressions.slice(expressions.length)],
        });
        expect(() => ReadAvatar(JoinGlb(document, binary!))).toThrow(message);
    });
});
