import { StandardMaterial } from "@babylonjs/core/Materials/standardMaterial.js";
import { Color3 } from "@babylonjs/core/Maths/math.color.js";
import { CreateBox } from "@babylonjs/core/Meshes/Builders/boxBuilder.js";
import { CreateCylinder } from "@babylonjs/core/Meshes/Builders/cylinderBuilder.js";
import { type Mesh } from "@babylonjs/core/Meshes/mesh.js";
import { type Scene } from "@babylonjs/core/scene.js";
import { LoadAvatarAsync } from "babylon-gaussian-avatar";
import { TrainedAvatarUrl, WalkSpeed } from "../assets.js";
import { type ISandboxScene } from "../sceneDefinition.js";
import { AddGroundShadow } from "../set/groundShadow.js";
import { CreateOrbitCamera } from "../set/orbitCamera.js";
import { CreateSurroundings } from "../set/surroundings.js";
import { WaitForMaps } from "../set/waitForMaps.js";

/** Radius of the circle that she walks, metres. */
const PathRadius = 1.5;

/** Where on the circle she is at the beginning, radians. */
const PathStart = 3.9;

/** The trained person walks among ordinary meshes: behind them, before them, and around again. */
export const WalkScene: ISandboxScene = {
    title: "A walk",
    description: "A person made of Gaussians, trained on pictures, walks among ordinary meshes.",
    hint: "Drag to look around · scroll to come closer",

    async buildAsync(scene, canvas, { clock, controls }) {
        CreateOrbitCamera(scene, canvas, clock, { radius: 5.8, height: 0.9 });
        const { shadows } = CreateSurroundings(scene);
        for (const mesh of CreateObstacles(scene)) {
            shadows.addShadowCaster(mesh);
            mesh.receiveShadows = true;
        }

        const avatar = await LoadAvatarAsync(TrainedAvatarUrl, scene);
        avatar.animationGroups[0]?.start(true);
        AddGroundShadow(avatar, scene);
        scene.onBeforeAnimationsObservable.add(() => {
            const angle = PathStart + (clock.seconds * WalkSpeed) / PathRadius;
            avatar.position.set(PathRadius * Math.cos(angle), 0, PathRadius * Math.sin(angle));
            // She faces +z, and walks along the circle.
            avatar.rotation.y = -angle;
        });
        if (!controls) {
            WaitForMaps(avatar.networks, scene);
        }
    },
};

/** Columns and blocks inside and outside her path. */
function CreateObstacles(scene: Scene): Mesh[] {
    const column = CreateCylinder("column", { height: 2.3, diameter: 0.42, tessellation: 48 }, scene);
    column.position.set(0.15, 1.15, 0.1);
    const plinth = CreateBox("plinth", { width: 0.7, depth: 0.7, height: 0.16 }, scene);
    plinth.position.set(0.15, 0.08, 0.1);
    const low = CreateBox("low block", { width: 0.6, depth: 0.6, height: 0.55 }, scene);
    low.position.set(-2.1, 0.275, -0.9);
    low.rotation.y = 0.5;
    const tall = CreateBox("tall block", { width: 0.55, depth: 0.55, height: 1.5 }, scene);
    tall.position.set(2.25, 0.75, -0.3);
    tall.rotation.y = -0.3;
    const far = CreateCylinder("far column", { height: 2.9, diameter: 0.55, tessellation: 48 }, scene);
    far.position.set(-2.4, 1.45, 2.4);
    const colors: readonly (readonly [Mesh, string])[] = [
        [column, "#e9e2d8"],
        [plinth, "#d9cfc2"],
        [low, "#d98c5f"],
        [tall, "#86a9bd"],
        [far, "#e9e2d8"],
    ];
    return colors.map(([mesh, color]) => {
        const material = new StandardMaterial(mesh.name, scene);
        material.diffuseColor = Color3.FromHexString(color);
        material.specularColor = Color3.Black();
        mesh.material = material;
        return mesh;
    });
}
