/**
 * The gates. They are plain objects: `defineComponent` would add nothing to them, and as a call it
 * would keep bundlers from dropping those that are not used.
 */

import {
  type AllowedComponentProps,
  computed,
  type SetupContext,
  type Slot,
  type VNode,
  type VNodeProps,
} from "vue";

import type { Question } from "../gate.js";
import type { SignedInSession, SignedOutSession, StepUpSession } from "../session.js";
import { slot } from "../slot.js";
import { useSession, useVerdict } from "./composables.js";

/** Who is shown to be signed in. */
type Present = SignedInSession | StepUpSession;

/** A component, as templates and `h` take it. */
type Component<Props, Slots> = new () => {
  /** What it is given. */
  $props: AllowedComponentProps & VNodeProps & Props;
  /** What it shows. */
  $slots: Slots;
};

/** What {@link PermissionGate} may show. */
export interface PermissionGateSlots {
  /** What the gate guards. */
  default?: () => VNode[];
  /** Instead of it, where nothing more fitting is given. */
  fallback?: () => VNode[];
  /** While it is not known who is signed in, or what the server says about the resource. */
  loading?: () => VNode[];
  /** To those who are signed in and may not. */
  denied?: () => VNode[];
  /** To those who may once they have confirmed it is them; left out: what the gate guards. */
  stepUp?: () => VNode[];
  /** While the server has not been reached since the page was loaded; left out: as `loading`. */
  offline?: () => VNode[];
}

/**
 * Shows what it guards to those who may see it, and says so to others. All that is asked has to
 * hold; a gate that asks for nothing stays shut. The server decides each request again.
 *
 * ```vue
 * <PermissionGate require="notes:delete" :on="`note:${note.id}`">
 *   <button @click="remove">Delete</button>
 *   <template #denied>Only its author can delete this note.</template>
 * </PermissionGate>
 * ```
 */
export const PermissionGate = {
  name: "PermissionGate",
  inheritAttrs: false,
  props: {
    require: String,
    any: Array,
    all: Array,
    not: [String, Array],
    on: String,
  },
  setup(props: Question, { slots }: SetupContext) {
    const verdict = useVerdict(props);
    return () => {
      const { default: children, fallback, loading, denied, stepUp, offline } = slots;
      // As templates in HTML have to write it, where case is lost.
      const confirm = stepUp ?? slots["step-up"];
      const parts = { children, fallback, loading, denied, stepUp: confirm, offline };
      return slot<Slot>(verdict.value, parts)?.();
    };
  },
} as unknown as Component<Question, PermissionGateSlots>;

/**
 * Shows its slot while somebody is signed in, and hands it the session.
 *
 * ```vue
 * <SignedIn v-slot="{ session }">Hello, {{ session.user.name }}</SignedIn>
 * ```
 */
export const SignedIn = {
  name: "SignedIn",
  inheritAttrs: false,
  setup(_: object, { slots }: SetupContext) {
    const session = useSession();
    const shown = computed(() => ["signedIn", "stepUp"].includes(session.value.status));
    return () => shown.value && slots["default"]?.(handing(session));
  },
} as unknown as Component<
  object,
  {
    /** What is shown. */
    default?: (scope: { session: Present }) => VNode[];
  }
>;

/** Shows its slot while nobody is signed in, and hands it the session, which says why. */
export const SignedOut = {
  name: "SignedOut",
  inheritAttrs: false,
  setup(_: object, { slots }: SetupContext) {
    const session = useSession();
    const shown = computed(() => session.value.status === "signedOut");
    return () => shown.value && slots["default"]?.(handing(session));
  },
} as unknown as Component<
  object,
  {
    /** What is shown. */
    default?: (scope: { session: SignedOutSession }) => VNode[];
  }
>;

/** The session, read only where the slot does so: the others need not be rendered when it changes. */
const handing = <T>(session: { value: T }) => ({
  get session() {
    return session.value;
  },
});
