// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.election;

import java.util.List;
import java.util.OptionalLong;

/** One virtual router in a simulation: Tandem's election, or something else that speaks VRRP. */
interface Machine {
    List<Action> on(Event event, long nowNs);

    State state();

    int priority();

    OptionalLong nextWakeNs();

    /** Tandem's. */
    static Machine tandem(ElectionConfig config) {
        Election election = new Election(config);
        return new Machine() {
            @Override
            public List<Action> on(Event event, long nowNs) {
                return election.on(event, nowNs);
            }

            @Override
            public State state() {
                return election.state();
            }

            @Override
            public int priority() {
                return election.priority();
            }

            @Override
            public OptionalLong nextWakeNs() {
                long never = Long.MIN_VALUE;
                long wakeNs = election.nextWakeNs(never);
                return wakeNs == never ? OptionalLong.empty() : OptionalLong.of(wakeNs);
            }
        };
    }
}
