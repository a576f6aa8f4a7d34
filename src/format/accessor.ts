import { type AvatarFormatErrorCode } from "./avatarFormatError.js";
import { type IGltf, type IGltfAccessor } from "./gltfJson.js";
import { type IGltfSource } from "./gltfSource.js";
import { type IssueList } from "./issueList.js";
import { MaxExpansion, MinReadBudget } from "./limits.js";

/** glTF component types by their numbers. */
export const ComponentType = { I8: 5120, U8: 5121, I16: 5122, U16: 5123, U32: 5125, F32: 5126 } as const;

const ComponentBytes: Readonly<Record<number, number>> = { 5120: 1, 5121: 1, 5122: 2, 5123: 2, 5125: 4, 5126: 4 };
const ComponentNames: Readonly<Record<number, string>> = {
    5120: "i8",
    5121: "u8",
    5122: "i16",
    5123: "u16",
    5125: "u32",
    5126: "f32",
};
const TypeComponents = { SCALAR: 1, VEC2: 2, VEC3: 3, VEC4: 4, MAT2: 4, MAT3: 9, MAT4: 16 } as const;
/** What a normalised integer is divided by. */
const NormalizedMaximum: Readonly<Record<number, number>> = { 5120: 127, 5121: 255, 5122: 32767, 5123: 65535 };

/** What an accessor must be. */
export interface IAccessorRule {
    /** Element type. */
    readonly type: IGltfAccessor["type"];
    /** Forms allowed: component types in plain form, as `f32`, or normalised, as `u8n`. */
    readonly forms: readonly string[];
    /** Exact number of elements, when it is known. */
    readonly count?: number;
    /** Most elements allowed. */
    readonly maxCount: number;
}

/** Rows of a sparse accessor over zeros. */
export interface ISparseRows {
    /** [K] rows that are stored, strictly ascending. */
    readonly indices: Uint32Array;
    /** [K,C] their values. */
    readonly values: Float32Array;
}

interface IRegion {
    readonly view: number;
    readonly byteOffset: number;
    readonly componentType: number;
    readonly components: number;
    readonly count: number;
    readonly isNormalized: boolean;
    readonly path: string;
}

function ReadComponent(view: DataView, offset: number, componentType: number): number {
    switch (componentType) {
        case ComponentType.I8:
            return view.getInt8(offset);
        case ComponentType.U8:
            return view.getUint8(offset);
        case ComponentType.I16:
            return view.getInt16(offset, true);
        case ComponentType.U16:
            return view.getUint16(offset, true);
        case ComponentType.U32:
            return view.getUint32(offset, true);
        default:
            return view.getFloat32(offset, true);
    }
}

/** Reads accessors of an untrusted file. Problems go to the list, and null comes back; nothing is thrown. */
export class AccessorReader {
    private readonly _gltf: IGltf;
    private readonly _source: IGltfSource;
    private readonly _issues: IssueList;
    private readonly _cache = new Map<string, Float32Array | ISparseRows>();
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
        const accessor = this._find(index, path, rule);
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
        const cached = this._cache.get(`dense ${index}`);
        if (cached instanceof Float32Array) {
            return cached;
        }
        const values = this._readRegion({
            view: accessor.bufferView,
            byteOffset: accessor.byteOffset ?? 0,
            componentType: accessor.componentType,
            components: TypeComponents[accessor.type],
            count: accessor.count,
            isNormalized: accessor.normalized ?? false,
            path: `/accessors/${index}`,
        });
        if (values !== null) {
            this._cache.set(`dense ${index}`, values);
        }
        return values;
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
        const accessor = this._find(index, path, rule);
        if (accessor === null) {
            return null;
        }
        const cached = this._cache.get(`rows ${index}`);
        if (cached !== undefined && !(cached instanceof Float32Array)) {
            return cached;
        }
        const components = TypeComponents[accessor.type];
        let rows: ISparseRows | null;
        if (accessor.sparse === undefined) {
            rows = accessor.bufferView === undefined ? NoRows : this._denseRows(index, path, rule, components);
        } else if (accessor.bufferView !== undefined) {
            return this._fail(
                "invalid-sparse",
                `/accessors/${index}/sparse`,
                "a sparse morph target must stand over zeros: remove its bufferView",
            );
        } else {
            rows = this._sparseRows(accessor, index, components);
        }
        if (rows !== null) {
            this._cache.set(`rows ${index}`, rows);
        }
        return rows;
    }

    private _find(index: number, path: string, rule: IAccessorRule): IGltfAccessor | null {
        const accessor = this._gltf.accessors[index];
        if (accessor === undefined) {
            return this._fail(
                "out-of-range",
                path,
                `there is no accessor ${index}: the file has ${this._gltf.accessors.length}`,
            );
        }
        const form = `${ComponentNames[accessor.componentType]}${accessor.normalized === true ? "n" : ""}`;
        if (accessor.type !== rule.type || !rule.forms.includes(form)) {
            const wanted = `${rule.type} of ${rule.forms.join(" or ")}`;
            return this._fail(
                "invalid-accessor",
                `/accessors/${index}`,
                `${path} is ${accessor.type} of ${form}, must be ${wanted} (n = normalised)`,
            );
        }
        if (accessor.count > rule.maxCount) {
            return this._fail(
                "too-large",
                `/accessors/${index}/count`,
                `${path} has ${accessor.count} elements, at most ${rule.maxCount} are read`,
            );
        }
        if (rule.count !== undefined && accessor.count !== rule.count) {
            return this._fail(
                "invalid-accessor",
                `/accessors/${index}/count`,
                `${path} has ${accessor.count} elements, must have ${rule.count}`,
            );
        }
        return accessor;
    }

    private _denseRows(index: number, path: string, rule: IAccessorRule, components: number): ISparseRows | null {
        const dense = this.read(index, path, rule);
        if (dense === null) {
            return null;
        }
        const isMoved = (row: number): boolean =>
            dense.subarray(row * components, (row + 1) * components).some((value) => value !== 0);
        let count = 0;
        for (let row = 0; row * components < dense.length; row++) {
            count += isMoved(row) ? 1 : 0;
        }
        if (!this._spend(count * (components + 1) * 4, `/accessors/${index}`)) {
            return null;
        }
        const indices = new Uint32Array(count);
        const values = new Float32Array(count * components);
        for (let row = 0, kept = 0; kept < count; row++) {
            if (isMoved(row)) {
                values.set(dense.subarray(row * components, (row + 1) * components), kept * components);
                indices[kept++] = row;
            }
        }
        return { indices, values };
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
        if (numbers === null || values === null || !this._spend(sparse.count * 4, path)) {
            return null;
        }
        for (let k = 0; k < numbers.length; k++) {
            if (numbers[k]! >= accessor.count || (k > 0 && numbers[k]! <= numbers[k - 1]!)) {
                return this._fail(
                    "invalid-sparse",
                    `${path}/indices`,
                    `index ${k} is ${numbers[k]}: indices must ascend strictly and stay below ${accessor.count}`,
                );
            }
        }
        return { indices: new Uint32Array(numbers), values };
    }

    private _readRegion(region: IRegion): Float32Array | null {
        const bytes = this._view(region.view, region.path);
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
        const length = region.count * region.components;
        if (!this._spend(length * 4, region.path)) {
            return null;
        }
        const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
        const divisor = region.isNormalized ? NormalizedMaximum[region.componentType]! : 1;
        const result = new Float32Array(length);
        for (let row = 0, k = 0; row < region.count; row++) {
            for (let c = 0; c < region.components; c++, k++) {
                const value = ReadComponent(data, region.byteOffset + row * stride + c * size, region.componentType);
                // The lowest signed integer stands for -1 as well.
                result[k] = region.isNormalized ? Math.max(-1, value / divisor) : value;
            }
        }
        return this._requireFinite(result, region);
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

    private _view(index: number, path: string): Uint8Array | null {
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

    /** Takes from the memory that this file may cost; see `MaxExpansion`. */
    private _spend(bytes: number, path: string): boolean {
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

    private _fail(code: AvatarFormatErrorCode, path: string, message: string): null {
        this._issues.error(code, path, message);
        return null;
    }
}

const NoRows: ISparseRows = { indices: new Uint32Array(0), values: new Float32Array(0) };
