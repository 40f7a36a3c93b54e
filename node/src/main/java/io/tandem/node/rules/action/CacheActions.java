// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.action;

import static io.tandem.node.rules.action.ActionKind.action;
import static io.tandem.node.rules.action.RuleSet.REQUEST;
import static io.tandem.node.rules.action.RuleSet.RESPONSE;

import io.tandem.node.backend.Backend;
import io.tandem.node.content.FilterLines;
import io.tandem.node.content.cache.Cache;
import io.tandem.node.content.cache.CacheLines;
import io.tandem.node.content.cache.CacheUse;
import io.tandem.node.language.Keyword;
import io.tandem.node.observe.ProxyCounter;
import io.tandem.node.rules.Action;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.Verdict;
import io.tandem.node.rules.sample.SampleError;
import io.tandem.node.setup.Assembly;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Actions on caches (HAProxy manual 6.2.2). */
final class CacheActions {
    static final List<Keyword<ActionKind>> ALL = List.of(
            action("cache-use", REQUEST)
                    .arguments("<name>")
                    .doc("answers with what the cache has, and lets it store what it has not")
                    .as(CacheActions::use),
            action("cache-store", RESPONSE)
                    .arguments("<name>")
                    .doc("stores the response in the cache, as it is at this rule")
                    .as(CacheActions::store));

    private CacheActions() {}

    private static Action use(ActionLine line) {
        Cache cache = cache(line);
        if (cache == null) {
            return facts -> Verdict.CONTINUE;
        }
        int proxy = line.site().proxy().id();
        return facts -> {
            CacheUse.Outcome outcome = CacheUse.lookUp(facts, cache);
            if (outcome != CacheUse.Outcome.NOT_ASKED) {
                count(facts, proxy, ProxyCounter.CACHE_LOOKUPS);
            }
            if (outcome == CacheUse.Outcome.FOUND) {
                count(facts, proxy, ProxyCounter.CACHE_HITS);
            }
            return Verdict.CONTINUE;
        };
    }

    private static Action store(ActionLine line) {
        Cache cache = cache(line);
        if (cache == null) {
            return facts -> Verdict.CONTINUE;
        }
        return facts -> {
            CacheUse.store(facts, cache);
            return Verdict.CONTINUE;
        };
    }

    /** The cache that the next word names; null while it cannot be known yet. */
    private static @Nullable Cache cache(ActionLine line) {
        String name = line.hasArgument() ? line.words().next() : "";
        if (name.isEmpty()) {
            throw new SampleError("expects a cache name");
        }
        Assembly assembly = line.site().assembly();
        if (assembly == null) {
            FilterLines.namesCache(line.site().proxy(), name);
            return null;
        }
        return CacheLines.cache(assembly.drafts(), name);
    }

    /** Counts for the sides of the exchange that the rule's proxy is. */
    private static void count(Facts facts, int proxy, ProxyCounter counter) {
        int loop = facts.loop.index();
        if (facts.frontend.id() == proxy) {
            facts.frontend.meters().count(loop, counter);
        }
        Backend backend = facts.backend;
        if (backend != null && backend.id() == proxy) {
            backend.meters().count(loop, counter);
        }
    }
}
