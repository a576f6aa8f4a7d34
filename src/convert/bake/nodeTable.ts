import { type Document, type Node } from "@gltf-transform/core";
import { type ICharacterNode } from "./riggedCharacter.js";

/** Nodes of the scene in an order in which parents precede children. */
export class NodeTable {
    /** The nodes; parents precede children. */
    public readonly order: Node[] = [];
    private readonly _indices = new Map<Node, number>();

    /** @param document the document; nodes of its scene and the joints of its skins are listed */
    public constructor(document: Document) {
        const root = document.getRoot();
        const scene = root.getDefaultScene() ?? root.listScenes()[0];
        for (const top of scene?.listChildren() ?? root.listNodes().filter((node) => !node.getParentNode())) {
            this._add(top);
        }
        // Joints may live outside the scene.
        for (const joint of root.listSkins().flatMap((skin) => skin.listJoints())) {
            let top: Node = joint;
            for (let parent = joint.getParentNode(); parent; parent = parent.getParentNode()) {
                top = parent;
            }
            this._add(top);
        }
    }

    /** Place of a node in the list, or -1. */
    public indexOf(node: Node): number {
        return this._indices.get(node) ?? -1;
    }

    /** The nodes as plain data, in their current pose. */
    public read(): ICharacterNode[] {
        return this.order.map((node) => ({
            name: node.getName(),
            parent: node.getParentNode() ? this.indexOf(node.getParentNode()!) : -1,
            translation: node.getTranslation(),
            rotation: node.getRotation(),
            scale: node.getScale(),
        }));
    }

    private _add(node: Node): void {
        if (!this._indices.has(node)) {
            this._indices.set(node, this.order.push(node) - 1);
            node.listChildren().forEach((child) => {
                this._add(child);
            });
        }
    }
}
