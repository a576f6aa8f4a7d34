import { DirectionalLight } from "@babylonjs/core/Lights/directionalLight.js";
import { HemisphericLight } from "@babylonjs/core/Lights/hemisphericLight.js";
import { ShadowGenerator } from "@babylonjs/core/Lights/Shadows/shadowGenerator.js";
import "@babylonjs/core/Lights/Shadows/shadowGeneratorSceneComponent.js";
import { Material } from "@babylonjs/core/Materials/material.js";
import { StandardMaterial } from "@babylonjs/core/Materials/standardMaterial.js";
import { Color3, Color4 } from "@babylonjs/core/Maths/math.color.js";
import { Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { VertexBuffer } from "@babylonjs/core/Buffers/buffer.js";
import { CreateDisc } from "@babylonjs/core/Meshes/Builders/discBuilder.js";
import { CreateSphere } from "@babylonjs/core/Meshes/Builders/sphereBuilder.js";
import { type Mesh } from "@babylonjs/core/Meshes/mesh.js";
import { Scene } from "@babylonjs/core/scene.js";

/** Sky overhead, and the haze in which sky and ground meet. */
const Sky = { zenith: new Color3(0.52, 0.67, 0.85), horizon: new Color3(0.93, 0.91, 0.88) } as const;

/** Ground in the middle. */
const GroundColor = new Color3(0.8, 0.76, 0.71);

/** Radius of the ground and of the sky, metres. */
const Radius = { ground: 30, sky: 60 } as const;

/** What surrounds the people of a scene. */
export interface ISurroundings {
    /** Lets opaque meshes throw a shadow on the ground. */
    readonly shadows: ShadowGenerator;
}

/**
 * Ground, sky and light: a calm place to stand in.
 *
 * @param scene the scene
 * @returns the sun's shadows
 */
export function CreateSurroundings(scene: Scene): ISurroundings {
    scene.clearColor = Color4.FromColor3(Sky.horizon);
    CreateSky(scene);
    const fill = new HemisphericLight("fill", Vector3.Up(), scene);
    fill.intensity = 0.62;
    fill.groundColor = new Color3(0.55, 0.52, 0.5);
    const sun = new DirectionalLight("sun", new Vector3(-0.5, -1, 0.45), scene);
    sun.position = new Vector3(6, 12, -6);
    sun.intensity = 0.42;
    sun.specular = Color3.Black();
    const shadows = new ShadowGenerator(1024, sun);
    shadows.usePercentageCloserFiltering = true;
    shadows.bias = 0.004;
    shadows.normalBias = 0.02;
    shadows.setDarkness(0.35);
    CreateGround(scene).receiveShadows = true;
    return { shadows };
}

function CreateSky(scene: Scene): void {
    const sky = CreateSphere("sky", { diameter: 2 * Radius.sky, segments: 48 }, scene);
    ColorVertices(sky, (_x, y) =>
        Color3.Lerp(Sky.horizon, Sky.zenith, Math.min(1, Math.max(0, (2.2 * y) / Radius.sky))),
    );
    const material = new StandardMaterial("sky", scene);
    material.disableLighting = true;
    material.emissiveColor = Color3.White();
    material.sideOrientation = Material.CounterClockWiseSideOrientation;
    material.backFaceCulling = false;
    sky.material = material;
    sky.infiniteDistance = true;
    sky.isPickable = false;
    sky.applyFog = false;
}

/** Fades into the haze, so that it has no edge. */
function CreateGround(scene: Scene): Mesh {
    const ground = CreateDisc("ground", { radius: Radius.ground, tessellation: 96 }, scene);
    ground.rotation.x = Math.PI / 2;
    ground.isPickable = false;
    const material = new StandardMaterial("ground", scene);
    material.diffuseColor = GroundColor;
    material.specularColor = Color3.Black();
    ground.material = material;
    scene.fogMode = Scene.FOGMODE_LINEAR;
    scene.fogColor = Sky.horizon;
    scene.fogStart = 6;
    scene.fogEnd = Radius.ground * 0.8;
    return ground;
}

function ColorVertices(mesh: Mesh, colorAt: (x: number, y: number, z: number) => Color3): void {
    const positions = mesh.getVerticesData(VertexBuffer.PositionKind) ?? [];
    const colors: number[] = [];
    for (let i = 0; i < positions.length; i += 3) {
        const { r, g, b } = colorAt(positions[i]!, positions[i + 1]!, positions[i + 2]!);
        colors.push(r, g, b, 1);
    }
    mesh.setVerticesData(VertexBuffer.ColorKind, colors);
}
