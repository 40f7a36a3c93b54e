// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.language;

import io.tandem.config.haproxy.Environment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** All sections of one load, in file order. Not thread-safe. */
public final class Drafts {
    private static final int NOWHERE = -1;

    private final Draft global;
    private final List<ProxyDraft> proxies = new ArrayList<>();
    private final Map<String, List<ProxyDraft>> byName = new HashMap<>();
    private final List<Draft> others = new ArrayList<>();
    private int skippedBehind = NOWHERE;
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
        return Collections.unmodifiableList(proxies);
    }

    /** The proxies serve: what their lines said goes, which is as much as was built of it. Settings of the process stay. */
    public void forgetLines() {
        proxies.forEach(Draft::forget);
    }

    /** Another proxy was begun. */
    public void add(ProxyDraft proxy) {
        proxies.add(proxy);
        byName.computeIfAbsent(proxy.name(), name -> new ArrayList<>(1)).add(proxy);
    }

    /** The number of the next proxy is nobody's; once in a configuration. */
    public void skipNumber() {
        if (skippedBehind == NOWHERE) {
            skippedBehind = proxies.size();
        }
    }

    /** How many proxies have been begun before a number was skipped; negative where none was. */
    public int skippedBehind() {
        return skippedBehind;
    }

    /** The proxies of that name, in file order: a frontend and a backend may share one. */
    public List<ProxyDraft> named(String name) {
        return byName.getOrDefault(name, List.of());
    }

    /** {@code peers}, {@code userlist} and the other sections. */
    public List<Draft> others() {
        return others;
    }

    public Optional<ProxyDraft> frontend(String name) {
        return named(name).stream().filter(ProxyDraft::isFrontend).findFirst();
    }

    public Optional<ProxyDraft> backend(String name) {
        return named(name).stream().filter(ProxyDraft::isBackend).findFirst();
    }
}
