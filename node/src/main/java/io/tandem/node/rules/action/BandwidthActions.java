// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.action;

import static io.tandem.node.rules.action.ActionKind.action;
import static io.tandem.node.rules.action.RuleSet.CONTENT;
import static io.tandem.node.rules.action.RuleSet.REQUEST;
import static io.tandem.node.rules.action.RuleSet.RESPONSE;
import static io.tandem.node.rules.action.RuleSet.RESPONSE_CONTENT;

import io.tandem.config.text.Sizes;
import io.tandem.config.text.Times;
import io.tandem.node.content.FilterLines;
import io.tandem.node.content.bandwidth.Bandwidth;
import io.tandem.node.content.bandwidth.BandwidthFilter;
import io.tandem.node.language.Keyword;
import io.tandem.node.language.SectionKind;
import io.tandem.node.rules.Action;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.Verdict;
import io.tandem.node.rules.sample.Expression;
import io.tandem.node.rules.sample.Sample;
import io.tandem.node.rules.sample.SampleError;
import io.tandem.node.rules.sample.SampleType;
import io.tandem.node.setup.Assembly;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code set-bandwidth-limit}: enables a filter of the rule's proxy for an exchange (HAProxy 2.7's manual 4.4). */
final class BandwidthActions {
    static final List<Keyword<ActionKind>> ALL =
            List.of(action("set-bandwidth-limit", CONTENT, RESPONSE_CONTENT, REQUEST, RESPONSE)
                    .arguments("<name> [limit {<size>|<expression>}] [period {<time>|<expression>}]")
                    .doc("enables a 'filter bwlim-in' or 'bwlim-out' of this proxy for the exchange (HAProxy 2.7)")
                    .as(BandwidthActions::enable));

    private BandwidthActions() {}

    /** A number, or an expression that says it for each exchange; neither for the filter's own. */
    private record Setting(long number, @Nullable Expression expression) {
        static final Setting NONE = new Setting(0, null);

        boolean isGiven() {
            return number > 0 || expression != null;
        }

        /** What counts in this exchange: {@code otherwise} where there is nothing, or nothing positive. */
        long value(Facts facts, long otherwise, long most) {
            if (expression == null) {
                return number > 0 ? number : otherwise;
            }
            Sample value = facts.scratch.value;
            boolean found = expression.evaluateAs(SampleType.INTEGER, facts, value);
            return found && value.number > 0 ? Math.min(value.number, most) : otherwise;
        }
    }

    private static Action enable(ActionLine line) {
        String name = line.hasArgument() ? line.words().next() : "";
        if (name.isEmpty()) {
            throw new SampleError("expects the name of a bandwidth limitation filter");
        }
        if (line.site().proxy().kind() == SectionKind.DEFAULTS) {
            throw new SampleError("is not allowed in a 'defaults' section, which has no filters");
        }
        Setting limit = Setting.NONE;
        Setting period = Setting.NONE;
        while (line.hasArgument()) {
            switch (line.words().next()) {
                case "limit" -> limit = limit(line);
                case "period" -> period = period(line);
                default ->
                    throw new SampleError(
                            "unknown keyword '" + line.words().taken().text() + "', expects 'limit' or 'period'");
            }
        }
        Assembly assembly = line.site().assembly();
        if (assembly == null) {
            return facts -> Verdict.CONTINUE;
        }
        BandwidthFilter filter = FilterLines.bandwidth(line.site().proxy(), name);
        if (filter == null) {
            alert(line, assembly, "unable to find the bandwidth limitation filter '" + name + "' referenced by");
            return facts -> Verdict.CONTINUE;
        }
        if (filter.isShared()) {
            if (limit.isGiven() || period.isGiven()) {
                alert(line, assembly, "filter '" + name + "' is shared: neither limit nor period can be set by");
            }
            return facts -> {
                Bandwidth.share(facts, filter);
                return Verdict.CONTINUE;
            };
        }
        return own(filter, limit, period);
    }

    private static Action own(BandwidthFilter filter, Setting limit, Setting period) {
        return facts -> {
            long bytes = limit.value(facts, filter.limitBytes(), Long.MAX_VALUE >> 1);
            int periodMs = (int) period.value(facts, filter.periodMs(), Integer.MAX_VALUE);
            Bandwidth.enable(facts, filter, bytes, periodMs);
            return Verdict.CONTINUE;
        };
    }

    /** Complains once all proxies are known. */
    private static void alert(ActionLine line, Assembly assembly, String text) {
        assembly.problems()
                .alert(
                        line.origin(),
                        "Proxy '" + line.site().proxy().name() + "': " + text + " '"
                                + line.set().words() + " set-bandwidth-limit'.");
    }

    private static Setting limit(ActionLine line) {
        Sizes size = Sizes.parse(line.words().peek());
        if (line.hasArgument() && size.ok()) {
            line.words().next();
            return number(size.value(), "limit");
        }
        return new Setting(0, line.expression("'limit' expects a size or an expression"));
    }

    private static Setting period(ActionLine line) {
        Times time = Times.millis(line.words().peek());
        if (line.hasArgument() && time.ok()) {
            line.words().next();
            return number(time.value(), "period");
        }
        return new Setting(0, line.expression("'period' expects a time or an expression"));
    }

    private static Setting number(long number, String word) {
        if (number == 0) {
            throw new SampleError("'" + word + "' must not be 0");
        }
        return new Setting(number, null);
    }
}
