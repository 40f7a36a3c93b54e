// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.check;

import io.tandem.node.backend.AgentSettings;
import io.tandem.node.backend.Backend;
import io.tandem.node.backend.CheckSettings;
import io.tandem.node.backend.Server;
import io.tandem.node.frontend.Frontend;
import io.tandem.node.language.Mode;
import io.tandem.node.loop.Loop;
import io.tandem.node.loop.LoopLocal;
import io.tandem.node.loop.Tuning;
import io.tandem.node.observe.Meters;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.sample.Scratch;
import io.tandem.node.rules.sample.Variables;
import io.tandem.node.setup.Configuration;

/**
 * Whose checks they are.
 *
 * @param loop which runs them
 */
record CheckTarget(Loop loop, Configuration configuration, Backend backend, Server server, CheckSettings settings) {
    /** There is no client and no frontend. */
    private static final Frontend NOBODY = new Frontend.Builder(0, "", Mode.TCP, new Meters(1)).build();

    private static final Frontend NOBODY_IN_HTTP = new Frontend.Builder(0, "", Mode.HTTP, new Meters(1)).build();

    /** Made by the first check of a loop whose expressions need room. */
    private static final LoopLocal<Scratch[]> SCRATCH = new LoopLocal<>(loop -> new Scratch[1]);

    /** Of an agent: nothing that the server line says about connections holds for it. */
    static CheckSettings bare(AgentSettings agent) {
        return new CheckSettings(agent.address(), agent.interMs(), agent.interMs(), agent.interMs(), 1, 1);
    }

    Tuning tuning() {
        return Tuning.of(configuration.drafts());
    }

    /** What the rules of one check may ask. */
    Facts facts(boolean http) {
        Scratch[] kept = SCRATCH.of(loop);
        Scratch scratch = kept[0];
        if (scratch == null) {
            scratch = new Scratch(tuning().bufferSize());
            kept[0] = scratch;
        }
        Facts facts = new Facts(loop, scratch, configuration, http ? NOBODY_IN_HTTP : NOBODY);
        if (http) {
            facts.beginHttp(); // what it starts with is shared
        }
        facts.backend = backend;
        facts.server = server;
        facts.checkVariables = new Variables();
        return facts;
    }
}
