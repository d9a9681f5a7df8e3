export function lowContrasts(): string[];
export function overflow(): number;
export function pollNow(): void;
export function lowControls(): string[];
export function hasFocus(element: unknown): boolean;
