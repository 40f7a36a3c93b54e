// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.action;

import static io.tandem.node.rules.action.ActionKind.action;
import static io.tandem.node.rules.action.RuleSet.AFTER_RESPONSE;
import static io.tandem.node.rules.action.RuleSet.CONNECTION;
import static io.tandem.node.rules.action.RuleSet.CONTENT;
import static io.tandem.node.rules.action.RuleSet.REQUEST;
import static io.tandem.node.rules.action.RuleSet.RESPONSE;
import static io.tandem.node.rules.action.RuleSet.RESPONSE_CONTENT;
import static io.tandem.node.rules.action.RuleSet.SESSION;

import io.tandem.config.text.Times;
import io.tandem.node.frontend.LogStep;
import io.tandem.node.frontend.http.Framing;
import io.tandem.node.language.Keyword;
import io.tandem.node.observe.log.LogProfiles;
import io.tandem.node.rules.Action;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.Verdict;
import io.tandem.node.rules.sample.SampleError;
import java.util.List;

/** Actions on logs, retries and bodies. */
final class MiscActions {
    private static final List<String> LEVELS =
            List.of("emerg", "alert", "crit", "err", "warning", "notice", "info", "debug");

    static final List<Keyword<ActionKind>> ALL = List.of(
            action("set-log-level", REQUEST, RESPONSE, CONTENT, RESPONSE_CONTENT)
                    .arguments("<level>|silent")
                    .doc("changes the level of the exchange's log line, or leaves it out")
                    .as(MiscActions::logLevel),
            action("do-log", CONNECTION, SESSION, CONTENT, REQUEST, RESPONSE_CONTENT, RESPONSE, AFTER_RESPONSE)
                    .arguments("[profile <name>]")
                    .doc("writes a log line more, now")
                    .as(MiscActions::doLog),
            action("disable-l7-retry", REQUEST)
                    .doc("sends the request once, whatever retry-on says")
                    .as(line -> facts -> {
                        facts.onceOnly = true;
                        return Verdict.CONTINUE;
                    }),
            action("wait-for-body", REQUEST, RESPONSE)
                    .arguments("time <time> [at-least <bytes>]")
                    .doc("waits until the body, or so much of it, is there")
                    .as(MiscActions::waitForBody));

    private MiscActions() {}

    private static Action logLevel(ActionLine line) {
        String word = line.hasArgument() ? line.words().next() : "";
        int level = word.equals("silent") ? Facts.SILENT : LEVELS.indexOf(word);
        if (level == -1) {
            throw new SampleError("expects exactly 1 argument (log level name or 'silent')");
        }
        return facts -> {
            facts.logLevel = level;
            return Verdict.CONTINUE;
        };
    }

    private static Action doLog(ActionLine line) {
        String profile = null;
        if (line.hasArgument()) {
            String word = line.words().next();
            if (!word.equals("profile") || !line.hasArgument()) {
                throw new SampleError("expects 'profile <name>' or no argument");
            }
            profile = line.words().next();
            LogProfiles.expectOfRule(profile, line.words());
        }
        String named = profile;
        LogStep step = line.set().logStep();
        return facts -> {
            facts.frontend.accessLog().more(facts, step, named);
            return Verdict.CONTINUE;
        };
    }

    private static Action waitForBody(ActionLine line) {
        int timeMs = -1;
        long bytes = 0;
        while (line.hasArgument()
                && (line.words().peek().equals("time") || line.words().peek().equals("at-least"))) {
            boolean isTime = line.words().next().equals("time");
            if (!line.words().hasNext()) {
                throw new SampleError("missing argument for '" + (isTime ? "time" : "at-least") + "'");
            }
            String text = line.words().next();
            if (isTime) {
                Times time = Times.millis(text);
                if (!time.ok()) {
                    throw new SampleError(
                            time.outcome() == Times.Outcome.OVERFLOW
                                    ? "invalid value '" + text + "'"
                                    : "unexpected character '" + time.character() + "'");
                }
                timeMs = (int) time.value();
            } else {
                bytes = size(text);
            }
        }
        if (timeMs < 0) {
            throw new SampleError("expects time <time> [ at-least <bytes> ]");
        }
        int limitMs = Math.max(1, timeMs);
        int wanted = (int) Math.min(bytes, Integer.MAX_VALUE);
        boolean response = line.set().isResponse();
        return facts -> {
            boolean bodiless = response ? facts.response.framing() == Framing.NONE : !facts.request.hasBody();
            if (facts.bodyWaited || bodiless) {
                facts.bodyWaited = false;
                return Verdict.CONTINUE;
            }
            facts.bodyWaitMs = limitMs;
            facts.bodyWaitBytes = wanted;
            return Verdict.WAIT;
        };
    }

    /** A number of bytes, with k, m or g behind it for multiples. */
    private static long size(String text) {
        long number = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            int shift = " kmg".indexOf(Character.toLowerCase(c)) * 10;
            if (c >= '0' && c <= '9') {
                number = Math.min(number * 10 + c - '0', Integer.MAX_VALUE);
            } else if (shift > 0 && i == text.length() - 1 && i > 0) {
                return number << shift;
            } else {
                throw new SampleError("unexpected character '" + c + "'");
            }
        }
        return number;
    }
}
