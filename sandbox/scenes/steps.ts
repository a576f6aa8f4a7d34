import { type AnimationGroup } from "@babylonjs/core/Animations/animationGroup.js";
import { Matrix, Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { type TransformNode } from "@babylonjs/core/Meshes/transformNode.js";
import { LoadAvatarAsync, type GaussianAvatar, type GroundAt } from "babylon-gaussian-avatar";
import { BakedAvatarUrl, WalkSpeed } from "../assets.js";
import { FrameAt } from "../sceneClock.js";
import { type ISandboxScene } from "../sceneDefinition.js";
import { FootTrail } from "../set/footTrail.js";
import { AddBodyShadow } from "../set/bodyShadow.js";
import { CreateOrbitCamera } from "../set/orbitCamera.js";
import { CreateSteps, SmoothHeight, StepsHeight, StepsRadius, StepsSlope, StepsStart } from "../set/steps.js";
import { CreateSurroundings } from "../set/surroundings.js";

/** What a frozen picture is led up to, seconds and steps a second: where feet stand depends on where they came from. */
const LeadIn = { seconds: 2.5, rate: 60 } as const;

/** Where on the way she begins, metres. */
const WalkStart = 1.2;

/** Longest step of time that is walked as one; a longer one is a jump. */
const LongestStep = 0.25;

/** A walk made for level ground, on steps and a ramp: the feet find the ground by themselves. */
export const StepsScene: ISandboxScene = {
    title: "Feet on the ground",
    description: "A walk that was made for level ground. Her feet stand still, flat on steps and on the ramp.",
    hint: "Switch planting off in the panel to see what it does",

    async buildAsync(scene, canvas, { clock, controls, parameters }) {
        CreateOrbitCamera(scene, canvas, clock, { radius: 6.8, height: 0.4, rise: 0.28 });
        const { shadows } = CreateSurroundings(scene);
        CreateSteps(scene, shadows);
        const avatar = await LoadAvatarAsync(BakedAvatarUrl, scene);
        AddBodyShadow(avatar, shadows, scene);
        const walk = avatar.animationGroups[0]!;
        walk.start(true);
        const { feet } = avatar.animator;
        feet.groundAt = GroundUnder(avatar);
        const settings = { planting: parameters.get("planting") !== "0", trails: true };
        const apply = (): void => {
            feet.weight = settings.planting ? 1 : 0;
            trail.isVisible = settings.trails;
        };
        const trail = new FootTrail(avatar, scene);
        apply();
        controls?.add(settings, "planting").name("foot planting").onChange(apply);
        controls?.add(settings, "trails").name("trails of feet").onChange(apply);

        let last = NaN;
        scene.onBeforeAnimationsObservable.add(() => {
            const step = clock.seconds - last;
            if (!(step >= 0 && step < LongestStep)) {
                LeadUp(avatar, walk, trail, clock.seconds);
            }
            PlaceAt(avatar, clock.seconds);
        });
        // When the feet are on the ground, ahead of drawing.
        scene.onBeforeRenderTargetsRenderObservable.add(() => {
            const step = clock.seconds - last;
            trail.grow(step >= 0 && step < LongestStep ? step : 0);
            trail.show();
            last = clock.seconds;
        });
    },
};

/** Puts her where she is on her way at a point of time: along the circle, and as high as the way is on the whole. */
function PlaceAt(avatar: GaussianAvatar, seconds: number): void {
    const along = WalkStart + seconds * WalkSpeed;
    const angle = StepsStart + along / StepsRadius;
    avatar.position.set(StepsRadius * Math.cos(angle), SmoothHeight(along), StepsRadius * Math.sin(angle));
    avatar.rotation.y = -angle; // she faces +z, and walks along the circle
}

/** Walks up to a point of time, as if she had been seen before. */
function LeadUp(avatar: GaussianAvatar, walk: AnimationGroup, trail: FootTrail, seconds: number): void {
    const count = LeadIn.seconds * LeadIn.rate;
    for (let i = 0; i <= count; i++) {
        const now = seconds - LeadIn.seconds + i / LeadIn.rate;
        const length = walk.to / LeadIn.rate;
        walk.goToFrame(FrameAt(walk, now < 0 ? now + Math.ceil(-now / length) * length : now));
        PlaceAt(avatar, now);
        avatar.computeWorldMatrix(true);
        avatar.animator.update(i === 0 ? 0 : 1 / LeadIn.rate);
        if (i === 0) {
            trail.clear();
        }
        trail.grow(1 / LeadIn.rate);
    }
}

/** The ground of the scene, as the avatar asks for it: in its own right-handed space. */
function GroundUnder(avatar: GaussianAvatar): GroundAt {
    const space = avatar.getJoint("pelvis")!.parent as TransformNode;
    const toSpace = new Matrix();
    const place = new Vector3();
    const normal = new Vector3();
    return (x, z, result) => {
        const world = space.getWorldMatrix();
        Vector3.TransformCoordinatesFromFloatsToRef(x, 0, z, world, place);
        result.height = StepsHeight(place.x, place.z) - place.y;
        const slope = StepsSlope(place.x, place.z);
        const radius = Math.hypot(place.x, place.z);
        // Up along the way is where she walks to.
        normal.set((slope * place.z) / radius, 1, (-slope * place.x) / radius);
        Vector3.TransformNormalToRef(normal, world.invertToRef(toSpace), normal);
        result.normalX = normal.x;
        result.normalY = normal.y;
        result.normalZ = normal.z;
    };
}
