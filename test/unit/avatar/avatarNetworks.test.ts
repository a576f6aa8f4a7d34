import { describe, expect, it } from "@jest/globals";
import "@babylonjs/core/Materials/standardMaterial.js"; // Babylon's own serialisation of meshes needs it
import { Quaternion, Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { AvatarNetworks } from "../../../src/avatar/networks/avatarNetworks.js";
import { AvatarError } from "../../../src/diagnostics/avatarError.js";
import { type IAvatarAsset } from "../../../src/format/avatarAsset.js";
import { type GaussianAvatar } from "../../../src/avatar/gaussianAvatar.js";
import { MakeSampleAvatar } from "../../support/avatarSamples.js";
import { MakeSampleMapModel } from "../../support/mapModels.js";
import { AvatarInScene } from "../animation/animator/avatarInScene.js";
import { EmptyScene } from "../animation/animator/babylonScenes.js";

const baked = MakeSampleAvatar({ gaussians: 60, joints: 22 });
const lite: IAvatarAsset = { ...baked, mapModels: [MakeSampleMapModel(baked)] };
const both: IAvatarAsset = { ...baked, mapModels: [...lite.mapModels, MakeSampleMapModel(baked, { tier: "full" })] };
const Broken = new AvatarError("damaged-network", "This is damaged.");

describe("the networks of an avatar", () => {
    it("are there and idle where the file has none", async () => {
        const networks = AvatarNetworks.Parse(undefined, baked);
        expect(networks.getClassName()).toBe("AvatarNetworks");
        expect(networks.state).toBe("idle");
        expect(networks.availableTiers).toEqual(["baked"]);
        networks.preferredTier = "full";
        expect(await networks.whenReadyAsync()).toBe("baked");
        expect([networks.state, networks.error, networks.provider, networks.rate, networks.latency]).toEqual([
            "idle",
            null,
            null,
            0,
            0,
        ]);
        expect(await networks.readMapAsync("color")).toBeNull();
    });

    it("want the cheapest tier that has networks by themselves, and otherwise the best at or below the one asked for", () => {
        const networks = AvatarNetworks.Parse(null, both);
        expect(networks.availableTiers).toEqual(["baked", "lite", "full"]);
        expect(networks._wantedTier).toBe("lite");
        for (const tier of ["full", "lite", "baked"] as const) {
            networks.preferredTier = tier;
            expect(networks._wantedTier).toBe(tier);
        }
        const onlyLite = AvatarNetworks.Parse(null, lite);
        onlyLite.preferredTier = "full";
        expect(onlyLite._wantedTier).toBe("lite");
        onlyLite.enabled = false;
        expect(onlyLite._wantedTier).toBe("baked");
        expect(onlyLite.state).toBe("idle");
    });

    it("go down tier by tier when tiers fail, say why, and try again when asked to", async () => {
        const networks = AvatarNetworks.Parse(null, both);
        networks.preferredTier = "full";
        const seen: string[] = [];
        networks.onStateChangedObservable.add(({ state, tier }) => seen.push(`${state} ${tier}`));
        const ready = networks.whenReadyAsync();
        networks._fail("full", Broken);
        expect([networks._wantedTier, networks.state, networks.error]).toEqual(["lite", "loading", Broken]);
        networks._show("lite", "webgpu", null);
        expect([networks.state, networks.tier, networks.provider]).toEqual(["running", "lite", "webgpu"]);
        expect(await ready).toBe("lite");
        networks._fail("lite", Broken);
        networks._show("baked", null, null);
        expect([networks.state, networks.tier]).toEqual(["failed", "baked"]);
        networks.preferredTier = "full";
        expect([networks.state, networks.error]).toEqual(["loading", null]);
        expect(seen).toEqual(["running lite", "failed lite", "failed baked", "loading baked"]);
    });

    it("do not leave anyone waiting", async () => {
        for (const end of [
            (networks: AvatarNetworks): void => {
                networks._fail("lite", Broken);
            },
            (networks: AvatarNetworks): void => {
                networks.enabled = false;
            },
            (networks: AvatarNetworks): void => {
                networks.dispose();
                networks.dispose();
            },
        ]) {
            const networks = AvatarNetworks.Parse(null, lite);
            const ready = networks.whenReadyAsync();
            end(networks);
            expect(await ready).toBe("baked");
        }
    });

    it("measure how often maps change and how old their pose is", () => {
        const networks = AvatarNetworks.Parse(null, lite);
        let updates = 0;
        networks.onMapsUpdatedObservable.add(() => updates++);
        const now = performance.now();
        for (let update = 0; update < 21; update++) {
            const shown = now - 1000 + update * 50;
            networks._countUpdate(shown - 35, shown);
        }
        expect(updates).toBe(21);
        expect(networks.rate).toBeCloseTo(20, 6);
        expect(networks.latency).toBeCloseTo(35, 6);
    });

    it("have a rate that is a number, whatever they are given", () => {
        const networks = AvatarNetworks.Parse({ maximumRate: Infinity }, lite);
        expect(networks.maximumRate).toBe(1000);
        for (const [given, rate] of [
            [0, 0],
            [12.5, 12.5],
            [Infinity, 1000],
            [-1, 30],
            [Number.NaN, 30],
        ] as const) {
            networks.maximumRate = given;
            expect(networks.maximumRate).toBe(rate);
            expect(AvatarNetworks.Parse(JSON.parse(JSON.stringify(networks.serialize())), lite).maximumRate).toBe(rate);
        }
    });

    it("keep their settings in saved scenes and copies, and read those that were edited by hand", () => {
        const scene = EmptyScene();
        const avatar = AvatarInScene(scene, 22);
        expect(avatar.serialize()).not.toHaveProperty("metadata.networks");
        avatar.metadata = { mine: 1, networks: { preferredTier: "lite", enabled: "no", maximumRate: -3 } };
        expect(avatar.networks.serialize()).toEqual({
            customType: "BABYLON.AvatarNetworks",
            preferredTier: "lite",
            enabled: true,
            maximumRate: 30,
            pictureSize: 1024,
        });
        avatar.networks.maximumRate = 12;
        avatar.networks.picture.maximumSize = 512;
        avatar.networks.enabled = false;
        const saved = (avatar.serialize() as { metadata: { mine: number; networks: unknown } }).metadata;
        expect(saved).toEqual({ mine: 1, networks: avatar.networks.serialize() });
        const copy = avatar.clone("copy");
        expect(copy.networks).not.toBe(avatar.networks);
        expect(copy.networks.serialize()).toEqual(avatar.networks.serialize());
        const again = AvatarNetworks.Parse(JSON.parse(JSON.stringify(saved.networks)), lite);
        expect(again.serialize()).toEqual(avatar.networks.serialize());
        scene.dispose();
    });
});

describe("the local rotations of the pose that was shown", () => {
    for (const isRightHanded of [false, true]) {
        it(`are those of the joints in a ${isRightHanded ? "right" : "left"}-handed scene, whatever moved them`, () => {
            const scene = EmptyScene(isRightHanded);
            const avatar = AvatarInScene(scene, 22);
            avatar.position.set(3, -1, 2);
            avatar.rotation.set(0.3, 1.1, -0.4);
            avatar.scaling.setAll(1.7);
            const nodes = avatar.asset.joints.map(({ smplx }) => avatar.getJoint(smplx!)!);
            nodes.forEach((node, i) => {
                node.rotationQuaternion = Quaternion.FromEulerAngles(0.3 * Math.sin(i), 0.2 * Math.cos(2 * i), 0.1 * i);
            });
            nodes[4]!.rotationQuaternion = null;
            nodes[4]!.rotation = new Vector3(0.2, 0.3, -0.1);
            const wanted = nodes.map((node) => node.rotationQuaternion?.clone() ?? node.rotation.toQuaternion());
            avatar.refreshBoundingInfo();
            nodes[7]!.rotationQuaternion = Quaternion.Identity(); // moved since, and not shown
            expect(LargestAngle(avatar, wanted)).toBeLessThan(1e-3);

            // A bone that is gone stays at rest; the others are as they were.
            nodes[7]!.rotationQuaternion = wanted[7]!.clone();
            const gone = avatar.skeleton!.bones.splice(21, 1)[0]!;
            avatar._pose.getBones(null); // looks for bones again
            avatar.refreshBoundingInfo();
            expect(gone.name).toBe(avatar.asset.joints[21]!.name);
            wanted[21] = Quaternion.Identity();
            expect(LargestAngle(avatar, wanted)).toBeLessThan(1e-3);
            scene.dispose();
        });
    }
});

function ReadRotations(avatar: GaussianAvatar): Quaternion[] {
    const rotations = new Float32Array(avatar.asset.joints.length * 4);
    avatar._pose.readLocalRotations(rotations);
    return avatar.asset.joints.map((_, joint) => Quaternion.FromArray(rotations, joint * 4));
}

function LargestAngle(avatar: GaussianAvatar, wanted: readonly Quaternion[]): number {
    return Math.max(...ReadRotations(avatar).map((rotation, joint) => Angle(rotation, wanted[joint]!)));
}

/** Radians between two rotations, exact for small ones, where an arc cosine is not. */
function Angle(a: Quaternion, b: Quaternion): number {
    const { x, y, z } = a.multiply(b.conjugate());
    return 2 * Math.asin(Math.min(1, Math.hypot(x, y, z)));
}
