// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.format;

import io.tandem.node.loop.LoopLocal;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.sample.Output;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The value of {@code unique-id-format} for an exchange: made on first use, the same ever after. */
public final class UniqueId {
    /** HAProxy's 128, a NUL included. */
    private static final int LONGEST = 127;

    private static final byte[] NONE = {};

    /** Not the loop's own output: an outer format may be writing there. */
    private static final LoopLocal<Output> OUTPUT = new LoopLocal<>(loop -> new Output(LONGEST));

    private UniqueId() {}

    /** The id, or null where the frontend has no format. */
    public static byte @Nullable [] of(Facts facts) {
        byte[] known = facts.uniqueId;
        Format format = facts.frontend.uniqueIdFormat();
        if (known == null && !format.isEmpty()) {
            facts.uniqueId = NONE; // a format that asks for the id itself finds none
            Output out = OUTPUT.of(facts.loop);
            out.clear();
            format.write(facts, out);
            known = Arrays.copyOf(out.bytes(), out.length());
            facts.uniqueId = known;
        }
        return known;
    }
}
