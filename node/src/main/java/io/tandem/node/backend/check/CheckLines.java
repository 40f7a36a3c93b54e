// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.check;

import io.tandem.node.backend.Backend;
import io.tandem.node.language.Arguments;
import io.tandem.node.language.Directive;
import io.tandem.node.language.Draft;
import io.tandem.node.language.Keyword;
import io.tandem.node.language.ProxyDraft;
import io.tandem.node.language.SectionKind;
import io.tandem.node.setup.Assembly;
import io.tandem.node.setup.Feature;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** {@code tcp-check}, {@code http-check} and the plans of checks that follow from a section (HAProxy manual 4.2). */
public final class CheckLines implements Feature {
    private static final Keyword<Directive> TCP_CHECK = Keyword.directive("tcp-check", SectionKind.PROXIES)
            .arguments("connect … | send … | expect … | comment TEXT | set-var(NAME) …")
            .doc("one step of what checks say and want to hear")
            .as((line, draft) -> {
                if (draft.needsBackend(line, "tcp-check", ".")) {
                    draft.facet(Asked.KEY).tcp.add(line, (ProxyDraft) draft, true);
                }
            });

    private static final Keyword<Directive> HTTP_CHECK = Keyword.directive("http-check", SectionKind.PROXIES)
            .arguments("connect … | send … | expect … | comment TEXT | set-var(NAME) … | disable-on-404 | send-state")
            .doc("one step of what HTTP checks ask and want to hear")
            .as(CheckLines::httpCheck);

    @Override
    public List<Keyword<Directive>> directives() {
        List<Keyword<Directive>> all = new ArrayList<>(CheckOptions.ALL);
        all.addAll(CheckGlobals.ALL);
        all.addAll(ExternalLines.ALL);
        all.add(TCP_CHECK);
        all.add(HTTP_CHECK);
        return all;
    }

    private static void httpCheck(Arguments line, Draft draft) {
        if (!draft.needsBackend(line, "http-check", ".")) {
            return;
        }
        Asked asked = draft.facet(Asked.KEY);
        if (line.accept("disable-on-404")) {
            line.noMore("http-check");
            asked.stopsOn404 = true;
        } else if (line.accept("send-state")) {
            line.noMore("http-check");
            asked.sendsState = true;
        } else {
            if (asked.http.isInherited()) {
                asked.http.clear();
                asked.request = null; // HAProxy's new rules know nothing of the request of those they replace
            }
            asked.http.add(line, (ProxyDraft) draft, asked.kind == CheckKind.HTTP);
        }
    }

    @Override
    public void complete(ProxyDraft draft, Backend.Builder backend, Assembly assembly) {
        backend.checkPlan = plan(draft, assembly);
    }

    /** What the checks of the section's servers do; says what is wrong with it the first time. */
    public static CheckPlan plan(ProxyDraft draft, Assembly assembly) {
        Asked asked = draft.facet(Asked.KEY);
        CheckPlan known = asked.plan;
        if (known != null) {
            return known;
        }
        warn(draft, asked, assembly);
        ExternalCommand command = ExternalLines.complete(draft, asked, assembly);
        CheckPlan.Options options = new CheckPlan.Options(asked.logsEach, asked.stopsOn404, asked.sendsState, command);
        List<Step> steps =
                switch (asked.kind) {
                    case TCP -> asked.tcp.steps(draft, assembly);
                    case HTTP -> http(asked.request, asked.http.steps(draft, assembly));
                    case PROTOCOL -> asked.protocol;
                    default -> List.of();
                };
        CheckPlan plan = CheckPlan.of(asked.kind, steps, options);
        asked.plan = plan;
        return plan;
    }

    private static void warn(ProxyDraft draft, Asked asked, Assembly assembly) {
        if (!asked.tcp.isEmpty() && asked.kind != CheckKind.TCP) {
            without(draft, "tcp-check", "option tcp-check", assembly);
        }
        if (!asked.http.isEmpty() && asked.kind != CheckKind.HTTP) {
            without(draft, "http-check", "option httpchk", assembly);
        }
    }

    private static void without(ProxyDraft draft, String rules, String option, Assembly assembly) {
        assembly.problems()
                .warning(
                        draft.origin(),
                        draft.described() + " uses " + rules + " rules without '" + option
                                + "', so the rules are ignored.");
    }

    /** The request that no rule sends comes first, and what it is to be answered, if no rule says so, last. */
    private static List<Step> http(@Nullable HttpSendStep request, List<Step> rules) {
        List<Step> steps = new ArrayList<>(rules);
        int first = firstSend(steps);
        if (request != null && first >= 0) {
            steps.set(first, ((HttpSendStep) steps.get(first)).over(request));
        } else if (request != null) {
            steps.add(behindConnection(steps), request);
        }
        for (int i = steps.size() - 1; i >= 0; i--) {
            if (steps.get(i) instanceof HttpSendStep) {
                steps.add(ExpectStep.GOOD_STATUS);
                break;
            }
            if (steps.get(i) instanceof ExpectStep || steps.get(i) instanceof ConnectStep) {
                break;
            }
        }
        return steps;
    }

    private static int firstSend(List<Step> steps) {
        for (int i = 0; i < steps.size(); i++) {
            if (steps.get(i) instanceof HttpSendStep) {
                return i;
            }
        }
        return -1;
    }

    private static int behindConnection(List<Step> steps) {
        for (int i = 0; i < steps.size(); i++) {
            if (steps.get(i) instanceof ConnectStep) {
                return i + 1;
            }
            if (steps.get(i) instanceof ExpectStep) {
                return i;
            }
        }
        return steps.size();
    }

    /** Whether checks of the section do more than connect. */
    public static boolean hasSteps(ProxyDraft draft, Assembly assembly) {
        return plan(draft, assembly).steps().stream()
                .anyMatch(planned -> !(planned.step() instanceof ConnectStep connect && connect.implied()));
    }

    /** Whether a server without a port can be checked. */
    public static boolean knowsPort(ProxyDraft draft, Assembly assembly) {
        return plan(draft, assembly).knowsPort();
    }

    /** What the connections of the section's checks that ask for TLS offer above it: lists for ALPN, perhaps empty. */
    public static Set<List<String>> offers(ProxyDraft draft, Assembly assembly) {
        return plan(draft, assembly).steps().stream()
                .map(PlannedStep::step)
                .filter(step -> step instanceof ConnectStep)
                .map(step -> (ConnectStep) step)
                .filter(connect -> connect.tls() || !connect.alpn().isEmpty())
                .map(ConnectStep::alpn)
                .collect(Collectors.toSet());
    }

    /** Whether checks of the section speak HTTP; rules or bytes otherwise. */
    public static boolean isHttp(ProxyDraft draft, Assembly assembly) {
        return plan(draft, assembly).kind() == CheckKind.HTTP;
    }
}
