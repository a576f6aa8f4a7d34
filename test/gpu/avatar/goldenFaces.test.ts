import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { PNG } from "pngjs";
import { AvatarStage } from "../../../src/cli/render/avatarStage.js";
import { ReadAvatar } from "../../../src/format/readAvatar.js";
import { DescribeGpu } from "../../support/gpu.js";
import { PrintFigure } from "../../support/motions.js";
import { KeepPicture, Psnr } from "../../support/picture.js";

/** One picture of each, side by side; looked at when it was stored. Stored anew with UPDATE_GOLDEN=1. */
const Golden = "test/fixtures/faces.png";
const Expressions = ["neutral", "happy", "sad", "angry", "surprised", "blink", "aa", "ou", "oh", "lookLeft"] as const;

const Person = "assets/ada/ada.lite.avatar.glb";
const Side = 96;
/** Metres that a picture shows, and from where. */
const Shown = 0.2;
const Distance = 1;

/** Adapters round differently. Two expressions differ by less than 35 dB. */
const LeastRatio = 42;

DescribeGpu("the demo person's face", () => {
    let stage: AvatarStage;

    beforeAll(async () => {
        const bytes = readFileSync(Person);
        stage = await AvatarStage.CreateAsync(bytes, { width: Side, height: Side, background: [0.5, 0.5, 0.5, 1] });
        stage.avatar.networks.enabled = false;
        const { joints } = ReadAvatar(bytes);
        const eye = joints.findIndex(({ name }) => name === "left_eye");
        let [y, z] = [0, 0];
        for (let joint = eye; joint >= 0; joint = joints[joint]!.parent) {
            y += joints[joint]!.translation[1];
            z += joints[joint]!.translation[2];
        }
        const focal = (Side * Distance) / Shown;
        stage.setCamera({
            width: Side,
            height: Side,
            K: [focal, 0, Side / 2, 0, focal, Side / 2, 0, 0, 1],
            R: [1, 0, 0, 0, -1, 0, 0, 0, -1],
            t: [0, y - 0.04, z + Distance],
        });
    }, 60_000);

    afterAll(() => {
        stage.dispose();
    });

    it("looks as it did when it was looked at, in ten expressions", async () => {
        const drawn: Uint8Array[] = [];
        for (const expression of Expressions) {
            const { animator } = stage.avatar;
            animator.setExpression(expression === "neutral" ? null : { [expression]: 1 }, { fade: 0 });
            animator.update(1 / 60);
            drawn.push(await stage.drawAsync());
        }
        const strip = SideBySide(drawn);
        KeepPicture("faces", strip, Side * Expressions.length);
        if (process.env["UPDATE_GOLDEN"]) {
            const png = new PNG({ width: Side * Expressions.length, height: Side });
            png.data = Buffer.from(strip);
            writeFileSync(Golden, PNG.sync.write(png));
        }
        const golden = PNG.sync.read(readFileSync(Golden)).data;
        const ratios = drawn.map((picture, index) => Psnr(picture, Cut(golden, index)));
        expect(Math.min(...ratios)).toBeGreaterThan(LeastRatio);
        const others = drawn.flatMap((picture, a) => drawn.slice(a + 1).map((other) => Psnr(picture, other)));
        PrintFigure(
            `faces against their pictures ${Math.min(...ratios).toFixed(1)} dB, most alike two ${Math.max(...others).toFixed(1)} dB`,
        );
        expect(Math.max(...others)).toBeLessThan(LeastRatio);
    }, 60_000);
});

function SideBySide(pictures: readonly Uint8Array[]): Uint8Array {
    const row = Side * 4;
    const strip = new Uint8Array(pictures.length * row * Side);
    pictures.forEach((picture, index) => {
        for (let y = 0; y < Side; y++) {
            strip.set(picture.subarray(y * row, (y + 1) * row), (y * pictures.length + index) * row);
        }
    });
    return strip;
}

function Cut(strip: Uint8Array, index: number): Uint8Array {
    const row = Side * 4;
    const picture = new Uint8Array(row * Side);
    for (let y = 0; y < Side; y++) {
        const at = (y * Expressions.length + index) * row;
        picture.set(strip.subarray(at, at + row), y * row);
    }
    return picture;
}
