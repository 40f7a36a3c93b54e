// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.election;

import io.tandem.vrrp.election.Action.SendAdvertisement;
import java.util.ArrayList;
import java.util.List;

/**
 * Collects what an election answers to one event. What it answers for hours, nothing or one regular advertisement, is not
 * made anew each time: the election's steady state allocates nothing. Not thread-safe.
 */
final class Actions {
    private final List<Action> collected = new ArrayList<>();
    private SendAdvertisement regular = new SendAdvertisement(0);
    private List<Action> regularAlone = List.of(regular);

    void add(Action action) {
        collected.add(action);
    }

    /** An advertisement of that priority. */
    void advertise(int priority) {
        if (regular.priority() != priority) {
            regular = new SendAdvertisement(priority);
            regularAlone = List.of(regular);
        }
        collected.add(regular);
    }

    /** What was collected, in its order; the next event begins with nothing. The list never changes. */
    List<Action> take() {
        if (collected.isEmpty()) {
            return List.of();
        }
        boolean alone = collected.size() == 1 && collected.get(0) == regular;
        List<Action> result = alone ? regularAlone : List.copyOf(collected);
        collected.clear();
        return result;
    }
}
