import { type AssetContainer } from "@babylonjs/core/assetContainer.js";
import { AbstractMesh } from "@babylonjs/core/Meshes/abstractMesh.pure.js";
import { type MorphTarget } from "@babylonjs/core/Morph/morphTarget.js";
import { MorphTargetManager } from "@babylonjs/core/Morph/morphTargetManager.js";
import { type Node } from "@babylonjs/core/node.js";
import { type Scene } from "@babylonjs/core/scene.js";
import { type FaceFrame } from "../face/faceFrame.js";
import { type IFaceSource } from "../face/faceSource.js";
import { type FaceShapes, type IFaceMapping } from "../face/vocabulary/faceMapping.js";
import { FaceMixer } from "../face/vocabulary/faceMixer.js";
import { MapFaceChannels } from "../face/vocabulary/mapFaceChannels.js";
import { AnimatorError } from "./rigNodes.js";

/** Morph targets that are live in the scene: those of a manager, of meshes at or below a node, or of an asset container. */
export type MorphSource = MorphTargetManager | Node | Pick<AssetContainer, "morphTargetManagers">;

/** What an avatar's face can follow: morph targets, or whatever else says what a face does. */
export type FaceFollowSource = MorphSource | IFaceSource;

/** The morph targets of a character as a face that can be read every frame. */
export class MorphFace implements IFaceSource {
    /** Name of the mesh or of the first manager's first target. */
    public readonly name: string;
    /** Which target is which shape. */
    public readonly mapping: IFaceMapping;

    private readonly _targets: readonly MorphTarget[];
    private readonly _managers: readonly MorphTargetManager[];
    /** Meshes that a node stood for; empty where managers were given. */
    private readonly _meshes: readonly AbstractMesh[];
    private readonly _values: Float32Array;
    private readonly _scene: Scene;
    private readonly _mixer: FaceMixer;

    /**
     * @param source the morph targets; of several meshes with targets of one name (skin, teeth, lashes) the one with the most
     * targets is read
     * @param scene where they live
     * @param shapes what targets mean, by name, where that is known better
     * @throws AnimatorError `no-face` when there is none, or none that means anything
     * @throws FaceError `face-unknown-shape`
     */
    public constructor(source: MorphSource, scene: Scene, shapes: Readonly<Record<string, FaceShapes>> = {}) {
        this._scene = scene;
        this._meshes = MeshesOf(source);
        this._managers = [...ManagersOf(source, this._meshes)].sort((a, b) => b.numTargets - a.numTargets);
        const targets = new Map<string, MorphTarget>();
        for (const manager of this._managers) {
            for (let i = 0; i < manager.numTargets; i++) {
                const target = manager.getTarget(i);
                targets.set(target.name, targets.get(target.name) ?? target);
            }
        }
        this._targets = [...targets.values()];
        this.name = NameOf(source) ?? this._targets[0]?.name ?? "face";
        const names = [...targets.keys()];
        this.mapping = MapFaceChannels(names, { name: this.name, shapes });
        if (this.mapping.channels.length === 0) {
            throw new AnimatorError(
                "no-face",
                names.length === 0
                    ? `"${this.name}" has no morph targets: there is no face to follow.`
                    : `None of the morph targets of "${this.name}" (${names.slice(0, 8).join(", ")}) has a name that is known: ` +
                          "say what they are with the option `shapes`.",
            );
        }
        this._values = new Float32Array(names.length);
        this._mixer = new FaceMixer(this.mapping);
    }

    /**
     * Whether all morph targets, or all meshes that have them, were disposed: a manager cannot tell, it is neither in its scene nor
     * in a container then.
     */
    public get isOver(): boolean {
        let [isThere, isShown] = [false, this._meshes.length === 0];
        for (const manager of this._managers) {
            isThere ||= manager._parentContainer !== null || this._scene.morphTargetManagers.includes(manager);
        }
        for (const mesh of this._meshes) {
            isShown ||= !mesh.isDisposed();
        }
        return !isThere || !isShown;
    }

    /** {@inheritDoc IFaceSource.readFace} */
    public readFace(frame: FaceFrame): boolean {
        for (let i = 0; i < this._targets.length; i++) {
            this._values[i] = this._targets[i]!.influence;
        }
        this._mixer.mix(this._values, 0, frame.weights);
        return true;
    }
}

function NameOf(source: MorphSource): string | undefined {
    return source instanceof MorphTargetManager ? undefined : (source as Partial<Node>).name;
}

/** Meshes with morph targets, at or below a node. */
function MeshesOf(source: MorphSource): AbstractMesh[] {
    if (source instanceof MorphTargetManager || "morphTargetManagers" in source) {
        return [];
    }
    const nodes = [source, ...source.getDescendants(false)];
    return nodes.filter((node) => node instanceof AbstractMesh).filter(({ morphTargetManager }) => morphTargetManager);
}

function ManagersOf(source: MorphSource, meshes: readonly AbstractMesh[]): Set<MorphTargetManager> {
    if (source instanceof MorphTargetManager) {
        return new Set([source]);
    }
    if ("morphTargetManagers" in source) {
        return new Set(source.morphTargetManagers);
    }
    return new Set(meshes.flatMap(({ morphTargetManager }) => morphTargetManager ?? []));
}
