import { DynamicTexture } from "@babylonjs/core/Materials/Textures/dynamicTexture.js";
import { StandardMaterial } from "@babylonjs/core/Materials/standardMaterial.js";
import { Color3 } from "@babylonjs/core/Maths/math.color.js";
import { CreateGround } from "@babylonjs/core/Meshes/Builders/groundBuilder.js";
import { type Mesh } from "@babylonjs/core/Meshes/mesh.js";
import { type TransformNode } from "@babylonjs/core/Meshes/transformNode.js";
import { type Scene } from "@babylonjs/core/scene.js";
import { type GaussianAvatar, type SmplxJointName } from "babylon-gaussian-avatar";

/** What darkens the ground: a wide soft patch under the body, small ones under the feet. Sizes in metres. */
const Patches: readonly { readonly joint: SmplxJointName; readonly size: number; readonly opacity: number }[] = [
    { joint: "pelvis", size: 1.1, opacity: 0.32 },
    { joint: "left_ankle", size: 0.5, opacity: 0.4 },
    { joint: "right_ankle", size: 0.5, opacity: 0.4 },
];

/** Just above the ground, so that the two do not fight for the same pixels; metres. */
const Lift = 0.004;

/**
 * Gives a person a soft shadow on the ground y = 0. It follows body and feet, and goes when the person goes.
 *
 * @param avatar the person
 * @param scene the scene
 */
export function AddGroundShadow(avatar: GaussianAvatar, scene: Scene): void {
    const patches: { readonly mesh: Mesh; readonly joint: TransformNode }[] = [];
    for (const { joint: name, size, opacity } of Patches) {
        const joint = avatar.getJoint(name);
        if (joint) {
            patches.push({ mesh: CreatePatch(name, size, opacity, scene), joint });
        }
    }
    const follow = scene.onBeforeRenderTargetsRenderObservable.add(() => {
        for (const { mesh, joint } of patches) {
            const { x, z } = joint.getAbsolutePosition();
            mesh.position.set(x, Lift, z);
        }
    });
    avatar.onDisposeObservable.addOnce(() => {
        follow.remove();
        for (const { mesh } of patches) {
            mesh.dispose();
        }
    });
}

function CreatePatch(name: string, size: number, opacity: number, scene: Scene): Mesh {
    const patch = CreateGround(`shadow of ${name}`, { width: size, height: size }, scene);
    patch.material = PatchMaterial(scene);
    patch.visibility = opacity;
    patch.isPickable = false;
    // Ahead of the people: they do not write depth, and what is drawn after them would cover their feet.
    patch.alphaIndex = 0;
    return patch;
}

/** One material a scene: black, fading out from the middle. */
function PatchMaterial(scene: Scene): StandardMaterial {
    const name = "ground shadow";
    const known = scene.getMaterialByName(name);
    if (known instanceof StandardMaterial) {
        return known;
    }
    const side = 128;
    const texture = new DynamicTexture(name, side, scene, true);
    const context = texture.getContext() as CanvasRenderingContext2D;
    const fade = context.createRadialGradient(side / 2, side / 2, 0, side / 2, side / 2, side / 2);
    fade.addColorStop(0, "rgb(0 0 0 / 100%)");
    fade.addColorStop(0.45, "rgb(0 0 0 / 42%)");
    fade.addColorStop(1, "rgb(0 0 0 / 0%)");
    context.fillStyle = fade;
    context.fillRect(0, 0, side, side);
    texture.update();
    texture.hasAlpha = true;
    const material = new StandardMaterial(name, scene);
    material.opacityTexture = texture;
    material.diffuseColor = Color3.Black();
    material.specularColor = Color3.Black();
    material.disableLighting = true;
    material.zOffset = -1;
    return material;
}
