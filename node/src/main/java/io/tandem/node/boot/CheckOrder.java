// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import io.tandem.config.text.Problem;
import io.tandem.config.text.Problems;
import io.tandem.node.language.ProxyDraft;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;

/**
 * Brings what features find while they assemble proxies into HAProxy's order: proxy by proxy as the files have them, within
 * one by the kind of check. Features find it backend by backend and then frontend by frontend, each in an order of its own.
 * One per assembly.
 */
final class CheckOrder {
    /** HAProxy's checks of one proxy, in their order, known by words of what they say. */
    private static final List<List<String>> CHECKS = List.of(
            List.of("cookie will be ignored for"),
            List.of("monitor-uri will be ignored for"),
            List.of("Falling back to 'option tcplog'"),
            List.of("has no 'bind' directive"),
            List.of("cannot use both", "in balance mode", "Falling back to round robin"),
            List.of("required default_backend", "as its default backend"),
            List.of("required use_backend", "tries to use incompatible"),
            List.of("referenced in a 'use-server' rule"),
            List.of("unable to find stick-table"),
            List.of("referenced by track-sc"),
            List.of("failed to parse"),
            List.of("referenced in arg"),
            List.of(), // all that has no place of its own
            List.of("missing timeouts for"),
            List.of("log format ignored for"),
            List.of("'stats' statement ignored for"),
            List.of("'http-request' rules ignored for"),
            List.of("'http-response' rules ignored for"),
            List.of("'http-after-response' rules ignored for"),
            List.of("'redirect' rules ignored for"),
            List.of("as it requires HTTP mode"),
            List.of("MUX protocol"),
            List.of("another server named", "for tracking.", "verify is enabled by default"),
            List.of("ignoring cookie for server"));

    private static final int ELSEWHERE = CHECKS.indexOf(List.<String>of());

    /** Said when all proxies have been checked. */
    private static final String CERTIFICATES = "no SSL certificate specified for bind";

    private final Problems problems;
    private final IdentityHashMap<ProxyDraft, List<Problem>> found = new IdentityHashMap<>();
    private final List<Problem> behind = new ArrayList<>();

    CheckOrder(Problems problems) {
        this.problems = problems;
    }

    /** Runs a step of the assembly of a proxy, and keeps what it finds. */
    void collect(ProxyDraft proxy, Runnable step) {
        run(step, found.computeIfAbsent(proxy, p -> new ArrayList<>(0)));
    }

    /** Runs what closes the assembly: what it finds comes last. */
    void close(Runnable step) {
        run(step, behind);
    }

    private void run(Runnable step, List<Problem> kept) {
        int before = problems.size();
        step.run();
        for (Problem problem : problems.takeFrom(before)) {
            if (problem.text().contains(CERTIFICATES)) {
                behind.add(problem);
            } else {
                kept.add(problem);
            }
        }
    }

    /** Reports what was kept. */
    void report(List<ProxyDraft> proxies) {
        for (ProxyDraft proxy : proxies) {
            found.getOrDefault(proxy, List.of()).stream()
                    .sorted(Comparator.comparingInt(CheckOrder::check))
                    .forEach(problems::add);
        }
        behind.forEach(problems::add);
    }

    private static int check(Problem problem) {
        for (int i = 0; i < CHECKS.size(); i++) {
            if (says(problem, CHECKS.get(i))) {
                return i;
            }
        }
        return ELSEWHERE;
    }

    private static boolean says(Problem problem, List<String> words) {
        return words.stream().anyMatch(problem.text()::contains);
    }
}
