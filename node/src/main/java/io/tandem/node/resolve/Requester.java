// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.resolve;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Somebody who wants to know a name: a server, a backend's service, a rule. Called on the section's loop. */
interface Requester {
    /**
     * There is a valid answer.
     *
     * @param by who has given it; null where somebody else was told first
     * @param gone what is in the answers no more and was held long enough
     */
    void onAnswer(Resolution resolution, @Nullable Nameserver by, List<Answer> gone);

    /** The search has failed; what was known before may still be held: {@link Resolution#isHeld}. */
    void onFailure(Resolution resolution, Status status);
}
