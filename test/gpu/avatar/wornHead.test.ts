import { afterAll, afterEach, beforeAll, expect, it } from "@jest/globals";
import { Quaternion, Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { type IAvatarAsset } from "../../../src/format/avatarAsset.js";
import { type GaussianAvatar, RegisterAvatarLoader } from "../../../src/pure.js";
import { MakeSampleAvatar } from "../../support/avatarSamples.js";
import { DescribeGpu } from "../../support/gpu.js";
import { MakeHeadedAvatarAsync } from "../../support/headedAvatar.js";
import { NetworkStage } from "../../support/networkStage.js";
import { KeepPicture, Psnr } from "../../support/picture.js";
import { UsePlainWasm } from "../../support/plainWasm.js";

const Size = 128;

const Body = MakeSampleAvatar({ gaussians: 6000, seed: 3 });

RegisterAvatarLoader();
UsePlainWasm();

/** The same person, somewhere else in her canonical space, in other colours. */
function Dyed(asset: IAvatarAsset, color: readonly [number, number, number], shift = 0): IAvatarAsset {
    const { gaussians, inverseBindMatrices, joints } = asset;
    return {
        ...asset,
        joints: joints.map((joint) =>
            joint.parent < 0
                ? { ...joint, translation: [joint.translation[0], joint.translation[1] + shift, joint.translation[2]] }
                : joint,
        ),
        inverseBindMatrices: inverseBindMatrices.map((value, i) => (i % 16 === 13 ? value - shift : value)),
        gaussians: {
            ...gaussians,
            positions: gaussians.positions.map((value, i) => (i % 3 === 1 ? value + shift : value)),
            colors: gaussians.colors.map((_, i) => color[i % 3]!),
        },
        animations: [],
    };
}

DescribeGpu("a head on a body", () => {
    let stage: NetworkStage;

    beforeAll(async () => {
        stage = await NetworkStage.CreateAsync(Size);
    });
    afterEach(async () => {
        await stage.clearAsync();
    });
    afterAll(() => {
        stage.engine.dispose();
    });

    const pose = (avatar: GaussianAvatar): void => {
        avatar.position.set(0.2, 0.1, 0.3);
        avatar.rotation.y = 0.4;
        avatar.getJoint("spine2")!.rotationQuaternion = Quaternion.RotationAxis(Vector3.Forward(), 0.3);
        avatar.getJoint("head")!.rotationQuaternion = Quaternion.RotationAxis(Vector3.Up(), 0.6);
    };

    /** Mean colour of a window of a picture, over what is covered. */
    const colorAt = (picture: Uint8Array, [u, v]: readonly [number, number]): number[] => {
        const sums = [0, 0, 0, 1];
        for (let row = -3; row <= 3; row++) {
            for (let column = -3; column <= 3; column++) {
                const at = ((Math.round(v * Size) + row) * Size + Math.round(u * Size) + column) * 4;
                sums.forEach((_, i) => (sums[i]! += picture[at + i]!));
            }
        }
        return sums.slice(0, 3).map((sum) => Math.round((255 * sum) / sums[3]!));
    };

    it("is where the body's own would be, however that is posed, with a closed seam", async () => {
        const body = await stage.loadAsync(Body);
        pose(body);
        const alone = await stage.renderAsync();
        const twin = await stage.loadAsync({ ...Body, animations: [] });
        twin.position.x = 5;
        twin.putOn(body);
        expect([twin.body, body.body, twin.parent]).toEqual([body, null, body]);
        const worn = await stage.renderAsync();
        KeepPicture("worn-alone", alone, Size);
        KeepPicture("worn-twin", worn, Size);
        const decibels = Psnr(alone, worn);
        console.info(`her own head put on her: ${decibels.toFixed(1)} dB`);
        expect(decibels).toBeGreaterThan(35);
        twin.takeOff();
        twin.setEnabled(false);
        expect([twin.body, twin.parent]).toEqual([null, null]);
        expect(Psnr(await stage.renderAsync(), alone)).toBeGreaterThan(60);
    });

    it("takes the place of the body's own, and nothing else", async () => {
        const body = await stage.loadAsync({ ...Dyed(Body, [0, 0, 1]) });
        const head = await stage.loadAsync(Dyed(Body, [1, 0, 0], 0.4));
        const alone = await stage.renderAsync();
        expect(colorAt(alone, [0.5, 0.29])[0]).toBeGreaterThan(0);
        head.putOn(body);
        const worn = await stage.renderAsync();
        KeepPicture("worn-red", worn, Size);
        const face = colorAt(worn, [0.5, 0.22]);
        const chest = colorAt(worn, [0.5, 0.42]);
        expect(face[0]).toBeGreaterThan(200);
        expect(face[2]).toBeLessThan(50);
        expect(chest[2]).toBeGreaterThan(200);
        expect(chest[0]).toBeLessThan(50);
        head.takeOff();
        head.putOn(body, { scale: 1.5, offset: [0, 0.1, 0] });
        const large = await stage.renderAsync();
        const reds = (picture: Uint8Array): number =>
            picture.reduce((sum, value, i) => sum + Number(i % 4 === 0 && value > 128), 0);
        expect(reds(large) / reds(worn)).toBeGreaterThan(1.8);
        body.setEnabled(false);
        expect((await stage.renderAsync()).every((value) => value === 0)).toBe(true);
        body.setEnabled(true);
        body.dispose();
        expect([head.isDisposed(), head.body]).toEqual([false, null]);
    });

    it("may be one that networks make", async () => {
        const body = await stage.loadAsync(Body);
        const head = await stage.loadAsync(await MakeHeadedAvatarAsync());
        head.putOn(body, { scale: 1.2 });
        await stage.readyAsync(head);
        const first = await stage.renderAsync();
        head.morphTargetManager!.getTarget(0).influence = 3;
        const second = await stage.renderAsync();
        KeepPicture("worn-networks", second, Size);
        expect(Psnr(first, second)).toBeLessThan(45);
        body.getJoint("neck")!.rotationQuaternion = Quaternion.RotationAxis(Vector3.Right(), 0.8);
        expect(Psnr(second, await stage.renderAsync())).toBeLessThan(35);
    });

    it("is refused where there is no joint for it, and for who has one", async () => {
        const [body, head, other] = [
            await stage.loadAsync(Body),
            await stage.loadAsync({ ...Body, name: "head" }),
            await stage.loadAsync({ ...Body, name: "other" }),
        ];
        const legs = await stage.loadAsync(MakeSampleAvatar({ gaussians: 50, joints: 12 }));
        expect(() => {
            head.putOn(legs);
        }).toThrow(/has no joint that is SMPL-X's "head"/u);
        expect(() => {
            body.putOn(body);
        }).toThrow(/they are one/u);
        head.putOn(body);
        expect(() => {
            other.putOn(body);
        }).toThrow(/is part of another pair/u);
        expect(() => {
            body.putOn(other);
        }).toThrow(/is part of another pair/u);
        head.putOn(body, { seam: "neck" }); // once more, otherwise
        head.dispose();
        other.putOn(body);
        expect(other.body).toBe(body);
    });
});
