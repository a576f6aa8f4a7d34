import {
    ComponentBytes,
    ComponentType,
    DecodeElements,
    type IElementLayout,
    TypeComponents,
} from "./accessorElements.js";
import { FindAccessor, type IAccessorRule } from "./accessorRule.js";
import { type AvatarFormatErrorCode } from "./avatarFormatError.js";
import { type IGltf, type IGltfAccessor } from "./gltfJson.js";
import { type IGltfSource } from "./gltfSource.js";
import { type IssueList } from "./issueList.js";
import { MaxExpansion, MinReadBudget } from "./limits.js";
import { CountMovedRows, FindWrongIndex, type ISparseRows, NoRows, ThinOut } from "./sparseRows.js";

/** Elements within a buffer view. */
interface IRegion extends IElementLayout {
    readonly view: number;
    readonly path: string;
}

/**
 * Reads accessors of an untrusted file. Problems go to the list, and null comes back; nothing is thrown. Every array made
 * of the file is paid for from one budget, so that a small file cannot cost much memory however often it refers to itself.
 */
export class AccessorReader {
    private readonly _gltf: IGltf;
    private readonly _source: IGltfSource;
    private readonly _issues: IssueList;
    private readonly _made = new Map<string, object | null>();
    private readonly _viewsSeen = new Set<number>();
    private _budget: number;

    /**
     * @param gltf the checked document
     * @param source where bytes come from
     * @param issues receives every problem
     */
    public constructor(gltf: IGltf, source: IGltfSource, issues: IssueList) {
        this._gltf = gltf;
        this._source = source;
        this._issues = issues;
        this._budget = MinReadBudget + MaxExpansion * (source.byteLength ?? 0);
    }

    /**
     * Number of elements of an accessor.
     *
     * @param index index into `accessors`
     * @returns the number, or undefined when there is no such accessor
     */
    public countOf(index: number | undefined): number | undefined {
        return index === undefined ? undefined : this._gltf.accessors[index]?.count;
    }

    /**
     * Reads a dense accessor.
     *
     * @param index index into `accessors`
     * @param path JSON pointer of the field that refers to it
     * @param rule what it must be
     * @returns [N,C] numbers, normalised integers already divided; shared between calls for the same accessor
     */
    public read(index: number, path: string, rule: IAccessorRule): Float32Array | null {
        const accessor = FindAccessor(this._gltf, index, path, rule, this._issues);
        if (accessor === null) {
            return null;
        }
        if (accessor.bufferView === undefined || accessor.sparse !== undefined) {
            return this._fail(
                "invalid-accessor",
                `/accessors/${index}`,
                `${path} must be stored in full: remove sparse and give it a bufferView`,
            );
        }
        const { bufferView: view, byteOffset = 0, componentType, count, normalized = false } = accessor;
        const components = TypeComponents[accessor.type];
        const region = { view, byteOffset, componentType, components, count, isNormalized: normalized };
        return this._once(`${index} dense`, () => this._readRegion({ ...region, path: `/accessors/${index}` }));
    }

    /**
     * Reads the rows of an accessor that are not zero: a sparse accessor over zeros, a dense one, or one without data.
     *
     * @param index index into `accessors`
     * @param path JSON pointer of the field that refers to it
     * @param rule what it must be
     * @returns the rows; shared between calls for the same accessor
     */
    public readRows(index: number, path: string, rule: IAccessorRule): ISparseRows | null {
        const accessor = FindAccessor(this._gltf, index, path, rule, this._issues);
        if (accessor === null) {
            return null;
        }
        const components = TypeComponents[accessor.type];
        if (accessor.sparse === undefined) {
            return accessor.bufferView === undefined
                ? NoRows
                : this._once(`${index} rows`, () => this._denseRows(index, path, rule, components));
        }
        if (accessor.bufferView !== undefined) {
            return this._fail(
                "invalid-sparse",
                `/accessors/${index}/sparse`,
                "a sparse morph target must stand over zeros: remove its bufferView",
            );
        }
        return this._once(`${index} rows`, () => this._sparseRows(accessor, index, components));
    }

    /**
     * Makes an array out of an accessor, once for each kind however often the file refers to the accessor.
     *
     * @param index index into `accessors`
     * @param kind what is made; the same kind gives the same array
     * @param byteLength memory that it takes, bytes
     * @param make makes it, or notes a problem and gives null; called at most once for a kind
     * @returns what was made, shared between calls; null where it was refused, now or before
     */
    public derive(
        index: number,
        kind: string,
        byteLength: number,
        make: () => Float32Array | null,
    ): Float32Array | null {
        return this._once(`${index} ${kind}`, () => (this.charge(byteLength, `/accessors/${index}`) ? make() : null));
    }

    /**
     * Takes from the memory that this file may cost; see `MaxExpansion`. To be asked ahead of allocating.
     *
     * @param bytes memory wanted, bytes
     * @param path JSON pointer of what asks for it
     * @returns whether it may be taken
     */
    public charge(bytes: number, path: string): boolean {
        this._budget -= bytes;
        if (this._budget < 0) {
            this._fail(
                "too-large",
                path,
                "accessors over the same bytes ask for far more memory than the file has bytes: store each part once",
            );
        }
        return this._budget >= 0;
    }

    /**
     * Gives the bytes of a buffer view.
     *
     * @param index index into `bufferViews`
     * @param path JSON pointer of what refers to it
     * @returns the bytes, not copied; null when there are none
     */
    public bytesOf(index: number, path: string): Uint8Array | null {
        if (this._gltf.bufferViews[index] === undefined) {
            return this._fail(
                "out-of-range",
                path,
                `there is no bufferView ${index}: the file has ${this._gltf.bufferViews.length}`,
            );
        }
        try {
            const bytes = this._source.bufferView(index);
            if (this._source.byteLength === undefined && !this._viewsSeen.has(index)) {
                this._viewsSeen.add(index);
                this._budget += MaxExpansion * bytes.length;
            }
            return bytes;
        } catch (thrown) {
            this._issues.addThrown(thrown);
            return null;
        }
    }

    private _once<T extends object>(key: string, make: () => T | null): T | null {
        const known = this._made.get(key);
        if (known !== undefined) {
            return known as T | null;
        }
        const made = make();
        this._made.set(key, made);
        return made;
    }

    private _denseRows(index: number, path: string, rule: IAccessorRule, components: number): ISparseRows | null {
        const dense = this.read(index, path, rule);
        if (dense === null) {
            return null;
        }
        const count = CountMovedRows(dense, components);
        return this.charge(count * (components + 1) * 4, `/accessors/${index}`)
            ? ThinOut(dense, components, count)
            : null;
    }

    private _sparseRows(accessor: IGltfAccessor, index: number, components: number): ISparseRows | null {
        const sparse = accessor.sparse!;
        const path = `/accessors/${index}/sparse`;
        if (sparse.count > accessor.count) {
            return this._fail(
                "invalid-sparse",
                `${path}/count`,
                `${sparse.count} rows are stored, the accessor has ${accessor.count}`,
            );
        }
        const region = { count: sparse.count, isNormalized: false };
        // Row numbers of four million and less are exact in 32-bit floats; more are refused before.
        const numbers = this._readRegion({
            ...region,
            view: sparse.indices.bufferView,
            byteOffset: sparse.indices.byteOffset ?? 0,
            componentType: sparse.indices.componentType,
            components: 1,
            path: `${path}/indices`,
        });
        const values = this._readRegion({
            ...region,
            view: sparse.values.bufferView,
            byteOffset: sparse.values.byteOffset ?? 0,
            componentType: accessor.componentType,
            components,
            isNormalized: accessor.normalized ?? false,
            path: `${path}/values`,
        });
        if (numbers === null || values === null || !this.charge(sparse.count * 4, path)) {
            return null;
        }
        const wrong = FindWrongIndex(numbers, accessor.count);
        if (wrong >= 0) {
            return this._fail(
                "invalid-sparse",
                `${path}/indices`,
                `index ${wrong} is ${numbers[wrong]}: indices must ascend strictly and stay below ${accessor.count}`,
            );
        }
        return { indices: new Uint32Array(numbers), values };
    }

    private _readRegion(region: IRegion): Float32Array | null {
        const bytes = this.bytesOf(region.view, region.path);
        if (bytes === null) {
            return null;
        }
        const size = ComponentBytes[region.componentType]!;
        const stride = this._gltf.bufferViews[region.view]!.byteStride ?? size * region.components;
        const end = region.byteOffset + stride * (region.count - 1) + size * region.components;
        if (stride < size * region.components) {
            return this._fail(
                "invalid-accessor",
                `/bufferViews/${region.view}/byteStride`,
                `byteStride ${stride} is less than the ${size * region.components} bytes of an element`,
            );
        }
        if (region.byteOffset % size !== 0) {
            return this._fail(
                "invalid-accessor",
                region.path,
                `byteOffset ${region.byteOffset} is not a multiple of ${size}: align the data`,
            );
        }
        if (end > bytes.length) {
            return this._fail(
                "out-of-range",
                region.path,
                `needs ${end} bytes of bufferView ${region.view}, which has ${bytes.length}: correct count or byteOffset`,
            );
        }
        if (!this.charge(region.count * region.components * 4, region.path)) {
            return null;
        }
        return this._requireFinite(DecodeElements(bytes, region, stride), region);
    }

    private _requireFinite(values: Float32Array, region: IRegion): Float32Array | null {
        const bad =
            region.componentType === ComponentType.F32 ? values.findIndex((value) => !Number.isFinite(value)) : -1;
        if (bad >= 0) {
            const row = Math.floor(bad / region.components);
            return this._fail(
                "non-finite",
                region.path,
                `row ${row} holds ${values[bad]}: remove the row or mend the exporter`,
            );
        }
        return values;
    }

    private _fail(code: AvatarFormatErrorCode, path: string, message: string): null {
        this._issues.error(code, path, message);
        return null;
    }
}
