// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.language;

import io.tandem.config.haproxy.Environment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** All sections of one load, in file order. Not thread-safe. */
public final class Drafts {
    private final Draft global;
    private final List<ProxyDraft> proxies = new ArrayList<>();
    private final List<Draft> others = new ArrayList<>();
    private Environment environment = Environment.ofProcess();

    /** @param global the draft all {@code global} sections write to */
    public Drafts(Draft global) {
        this.global = global;
    }

    public Draft global() {
        return global;
    }

    /** The environment as the lines of the configuration left it ({@code setenv}). */
    public Environment environment() {
        return environment;
    }

    public void environment(Environment environment) {
        this.environment = environment;
    }

    /** Frontends, backends and listens in file order, {@code defaults} not among them. */
    public List<ProxyDraft> proxies() {
        return proxies;
    }

    /** {@code peers}, {@code userlist} and the other sections. */
    public List<Draft> others() {
        return others;
    }

    public Optional<ProxyDraft> frontend(String name) {
        return proxies.stream()
                .filter(p -> p.isFrontend() && p.name().equals(name))
                .findFirst();
    }

    public Optional<ProxyDraft> backend(String name) {
        return proxies.stream()
                .filter(p -> p.isBackend() && p.name().equals(name))
                .findFirst();
    }
}
