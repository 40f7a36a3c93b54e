// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.keepalived;

import io.tandem.config.hocon.KeyText;
import io.tandem.config.model.AdvertHmac;
import io.tandem.config.model.AdvertHmac.AntiReplay;
import io.tandem.config.model.AdvertHmac.Mode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the {@code auth_hmac} block of newer keepalived. What is wrong in it is an alert: a router that signs less than its
 * file asks for would be worse than none.
 */
final class HmacReader {
    private static final Map<String, Mode> MODES =
            Map.of("receive-only", Mode.RECEIVE_ONLY, "permissive", Mode.PERMISSIVE, "enforce", Mode.ENFORCE);
    private static final Map<String, AntiReplay> REPLAYS =
            Map.of("time", AntiReplay.TIME, "monotonic", AntiReplay.MONOTONIC);

    private final Findings findings;
    private final Values values;
    private final Keywords<Draft> keywords;

    private static final class Draft {
        final List<AdvertHmac.Key> keys = new ArrayList<>();

        @Nullable Integer activeKey;

        AntiReplay antiReplay = AntiReplay.TIME;

        @Nullable Duration window;

        Mode mode = Mode.ENFORCE;
        boolean bad;
    }

    HmacReader(Findings findings) {
        this.findings = findings;
        this.values = new Values(findings);
        this.keywords = new Keywords<Draft>(findings)
                .onParameter("key", this::key)
                .onParameter("active_key", (draft, s) -> {
                    draft.activeKey = values.integer(s, 1, 1, 255);
                    draft.bad |= draft.activeKey == null;
                })
                .onParameter("anti_replay", (draft, s) -> draft.antiReplay = choice(draft, s, REPLAYS, AntiReplay.TIME))
                .onParameter("time_window", (draft, s) -> {
                    Integer seconds = values.integer(s, 1, 1, 300);
                    draft.bad |= seconds == null;
                    draft.window = seconds == null ? null : Duration.ofSeconds(seconds);
                })
                .onParameter("mode", (draft, s) -> draft.mode = choice(draft, s, MODES, Mode.ENFORCE));
    }

    /** The block's meaning, or null with an alert. */
    @Nullable AdvertHmac read(Statement block, String instance, Duration advertInterval) {
        Draft draft = new Draft();
        keywords.apply(draft, block.body());
        if (draft.keys.isEmpty()) {
            findings.broken(
                    block.origin(),
                    "(" + instance + ") auth_hmac has no usable key",
                    "key 1 file:/etc/tandem/vrrp.key");
            return null;
        }
        int active = draft.activeKey == null ? draft.keys.get(0).id() : draft.activeKey;
        if (draft.keys.stream().noneMatch(key -> key.id() == active)) {
            findings.broken(block.origin(), "(" + instance + ") auth_hmac has no key " + active, null);
            draft.bad = true;
        }
        if (draft.bad) {
            findings.broken(block.origin(), "(" + instance + ") auth_hmac is not used as it stands", null);
            return null;
        }
        Duration window = draft.window == null ? AdvertHmac.defaultWindow(advertInterval) : draft.window;
        return new AdvertHmac(draft.keys, active, draft.antiReplay, window, draft.mode);
    }

    private void key(Draft draft, Statement s) {
        Integer id = values.integer(s, 1, 1, 255);
        KeyText text = KeyText.read(s.parameter(2), Path.of(""));
        if (id == null || text.secret() == null) {
            draft.bad = true;
            String fault = text.secret() == null ? String.valueOf(text.fault()) : "is no id from 1 to 255";
            findings.broken(s.origin(), "auth_hmac key " + s.parameter(1) + " " + fault, null);
        } else if (draft.keys.stream().anyMatch(key -> key.id() == id)) {
            draft.bad = true;
            findings.broken(s.origin(), "auth_hmac key " + id + " is there twice", null);
        } else {
            draft.keys.add(new AdvertHmac.Key(id, text.secret()));
        }
    }

    private <E> E choice(Draft draft, Statement s, Map<String, E> words, E otherwise) {
        E chosen = words.get(s.parameter(1));
        if (chosen == null) {
            draft.bad = true;
            findings.broken(
                    s.origin(),
                    "auth_hmac " + s.keyword() + " '" + s.parameter(1) + "' is not known",
                    String.join(", ", words.keySet().stream().sorted().toList()));
            return otherwise;
        }
        return chosen;
    }
}
