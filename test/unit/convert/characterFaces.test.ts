import { readFileSync } from "node:fs";
import { Document, type Node, WebIO } from "@gltf-transform/core";
import { describe, expect, it } from "@jest/globals";
import { type IFaceTrack } from "../../../src/animation/face/tracks/faceTrack.js";
import { MapFaceChannels } from "../../../src/animation/face/vocabulary/mapFaceChannels.js";
import { ReadCharacterFacesAsync } from "../../../src/convert/motion/readCharacterFaces.js";
import { ItWithData, PrintFigure, SharedData } from "../../support/motions.js";

interface IClip {
    readonly times: readonly number[];
    readonly values: readonly number[];
    readonly interpolation?: "LINEAR" | "STEP" | "CUBICSPLINE";
}

/** A file with meshes of two targets each, one a list of names, whose weights a clip moves. */
async function FileAsync(meshes: readonly (readonly string[])[], clips: readonly IClip[]): Promise<Uint8Array> {
    const document = new Document();
    const buffer = document.createBuffer();
    const scene = document.createScene();
    const animation = document.createAnimation("talk");
    meshes.forEach((names, i) => {
        const primitive = document.createPrimitive();
        const accessor = (values: number[], type: "VEC3" | "SCALAR"): ReturnType<Document["createAccessor"]> =>
            document.createAccessor().setArray(new Float32Array(values)).setType(type).setBuffer(buffer);
        primitive.setAttribute("POSITION", accessor([0, 0, 0, 1, 0, 0, 0, 1, 0], "VEC3"));
        for (const name of names) {
            const target = document.createPrimitiveTarget(name);
            target.setAttribute("POSITION", accessor([0, 0, 0, 0, 0, 0, 0, 0, 1], "VEC3"));
            primitive.addTarget(target);
        }
        const mesh = document
            .createMesh("face")
            .addPrimitive(primitive)
            .setExtras({ targetNames: [...names] });
        const node: Node = document.createNode("face").setMesh(mesh);
        scene.addChild(node);
        const clip = clips[i];
        if (clip) {
            const sampler = document
                .createAnimationSampler()
                .setInput(accessor([...clip.times], "SCALAR"))
                .setOutput(accessor([...clip.values], "SCALAR"))
                .setInterpolation(clip.interpolation ?? "LINEAR");
            const channel = document.createAnimationChannel().setSampler(sampler);
            animation.addSampler(sampler).addChannel(channel.setTargetNode(node).setTargetPath("weights"));
        }
    });
    return await new WebIO().writeBinary(document);
}

/** The weights of a channel by time. */
function Column({ channels, times, values }: IFaceTrack, name: string): Record<string, number> {
    const at = channels.indexOf(name);
    const rows = [...times].map((time, row) => [
        time.toFixed(2),
        Number(values[row * channels.length + at]!.toFixed(4)),
    ]);
    return Object.fromEntries(rows) as Record<string, number>;
}

describe("faces of glTF files", () => {
    it("are read by time, mesh by mesh, each interpolated as the file says", async () => {
        const [track] = await ReadCharacterFacesAsync(
            await FileAsync(
                [
                    ["jawOpen", "blink"],
                    ["tongueOut", "jawOpen"],
                ],
                [
                    { times: [0, 1], values: [0, 1, 1, 0] },
                    { times: [0.5, 2], values: [0.2, 9, 0.8, 9], interpolation: "STEP" },
                ],
            ),
            "talk.glb",
        );
        expect(track!.channels).toEqual(["jawOpen", "blink", "tongueOut"]);
        expect(Column(track!, "jawOpen")).toEqual({ "0.00": 0, "0.50": 0.5, "1.00": 1, "2.00": 1 });
        expect(Column(track!, "blink")).toEqual({ "0.00": 1, "0.50": 0.5, "1.00": 0, "2.00": 0 });
        expect(Column(track!, "tongueOut")).toEqual({ "0.00": 0.2, "0.50": 0.2, "1.00": 0.2, "2.00": 0.8 });
    });

    it("may be splines: a value between an in- and an out-tangent", async () => {
        const values = [0, 0, 0, 0, 0.6, 0, 0, 0, 1, 0, 0, 0];
        const keys = { times: [0, 1], values, interpolation: "CUBICSPLINE" } as const;
        const [track] = await ReadCharacterFacesAsync(await FileAsync([["jawOpen", "blink"]], [keys]), "talk.glb");
        // In-tangents, values, out-tangents of two targets; the first goes from 0 with slope 0.6 to 1 with slope 0.
        expect(Column(track!, "jawOpen")).toEqual({ "0.00": 0, "1.00": 1 });
    });

    it.each([
        ["no clip", [], /holds no face/u],
        ["times that go back", [{ times: [0, 1, 0.5], values: [0, 0, 1, 1, 0, 0] }], /times that do not ascend/u],
        ["too few weights", [{ times: [0, 1], values: [0, 1] }], /are not 2 for each/u],
        ["a weight that is no number", [{ times: [0], values: [NaN, 0] }], /no number/u],
    ])("that have %s are refused", async (_title, clips, message) => {
        const bytes = await FileAsync([["jawOpen", "blink"]], clips);
        await expect(ReadCharacterFacesAsync(bytes, "talk.glb")).rejects.toThrow(message);
    });

    it("that are cut are refused", async () => {
        const bytes = await FileAsync([["jawOpen", "blink"]], [{ times: [0], values: [0, 0] }]);
        for (const length of [0, 11, 20, 200, bytes.length - 1]) {
            await expect(ReadCharacterFacesAsync(bytes.subarray(0, length), "cut.glb")).rejects.toThrow(/cut\.glb/u);
        }
    });

    ItWithData("of real files have all their shapes", async () => {
        const file = "face/facecap_arkit52.glb";
        const [track] = await ReadCharacterFacesAsync(readFileSync(`${SharedData}/${file}`), file);
        const mapping = MapFaceChannels(track!.channels, { name: file });
        expect([mapping.channels.length, mapping.unknown, track!.times.length]).toEqual([52, [], 335]);
        const blinks = Object.values(Column(track!, "eyeBlink_L"));
        expect(Math.max(...blinks)).toBeGreaterThan(0.5);
        PrintFigure(`${file}: ${track!.times.length} frames of ${track!.times.at(-1)!.toFixed(1)} s, 52 shapes`);
    });

    ItWithData("of VRM Animation are its expressions", async () => {
        const file = "vrm/test_expression.vrma";
        const [track] = await ReadCharacterFacesAsync(readFileSync(`${SharedData}/${file}`), file);
        expect(track!.channels).toEqual(["happy"]);
        const weights = Object.values(Column(track!, "happy"));
        expect([Math.min(...weights), Math.max(...weights)]).toEqual([0, 1]);
        await expect(
            ReadCharacterFacesAsync(readFileSync(`${SharedData}/vrm/idle_loop.vrma`), "idle_loop.vrma"),
        ).rejects.toThrow(/"idle_loop\.vrma" holds no face/u);
    });
});
