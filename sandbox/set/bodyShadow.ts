import { type ShadowGenerator } from "@babylonjs/core/Lights/Shadows/shadowGenerator.js";
import { Quaternion, Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { CreateCapsule } from "@babylonjs/core/Meshes/Builders/capsuleBuilder.js";
import { type Mesh } from "@babylonjs/core/Meshes/mesh.js";
import { type Scene } from "@babylonjs/core/scene.js";
import { type GaussianAvatar, type SmplxJointName } from "babylon-gaussian-avatar";

/** Limbs as capsules: the joint that moves one, the joint that it reaches to, and its radius in metres. */
const Limbs: readonly (readonly [from: SmplxJointName, to: SmplxJointName, radius: number])[] = [
    ["pelvis", "spine3", 0.13],
    ["spine3", "neck", 0.13],
    ["neck", "head", 0.05],
    ["head", "left_eye", 0.1],
    ...(["left", "right"] as const).flatMap(
        (side) =>
            [
                [`${side}_hip`, `${side}_knee`, 0.075],
                [`${side}_knee`, `${side}_ankle`, 0.05],
                [`${side}_ankle`, `${side}_foot`, 0.04],
                [`${side}_shoulder`, `${side}_elbow`, 0.045],
                [`${side}_elbow`, `${side}_wrist`, 0.035],
                [`${side}_wrist`, `${side}_middle1`, 0.03],
            ] as const,
    ),
];

/** A layer that no camera sees; shadows do not ask. */
const NoLayer = 0;

/**
 * Lets a person throw the sun's shadow: Gaussians have no surface, so capsules that are not drawn do it for them. They go
 * when the person goes.
 *
 * @param avatar the person, at rest
 * @param shadows the sun's shadows
 * @param scene the scene
 */
export function AddBodyShadow(avatar: GaussianAvatar, shadows: ShadowGenerator, scene: Scene): void {
    for (const [from, to, radius] of Limbs) {
        const [joint, end] = [avatar.getJoint(from), avatar.getJoint(to)];
        if (!joint || !end) {
            continue;
        }
        const reach = new Vector3();
        for (let node = end; node !== joint; node = node.parent as typeof end) {
            reach.addInPlace(node.position);
        }
        const length = reach.length();
        const capsule = CreateCapsule(
            `shadow of ${from}`,
            { radius, height: length + 2 * radius, subdivisions: 1 },
            scene,
        );
        capsule.parent = joint;
        reach.scaleToRef(0.5, capsule.position);
        capsule.rotationQuaternion = Quaternion.FromUnitVectorsToRef(
            Vector3.UpReadOnly,
            reach.scaleInPlace(1 / length),
            new Quaternion(),
        );
        Hide(capsule);
        shadows.addShadowCaster(capsule, false);
    }
}

function Hide(mesh: Mesh): void {
    mesh.layerMask = NoLayer;
    mesh.isPickable = false;
    mesh.alwaysSelectAsActiveMesh = true;
}
