// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.dump;

import io.tandem.config.model.Notify.Moment;
import io.tandem.config.model.Script;
import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.config.model.VirtualRouterConfig.Manners;
import io.tandem.config.model.VirtualRouterConfig.TrackInterface;
import io.tandem.config.model.VirtualRouterConfig.Tracks;
import io.tandem.config.text.JsonText;
import io.tandem.vrrp.router.RouterStatus.Leader;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * keepalived.json: what {@code --signum=JSON} has keepalived 2.2 write. Its keys in its order; {@code auth_data} is left
 * empty, for a file that exporters read is no place for a password.
 */
public final class JsonDump {
    private JsonDump() {}

    public static String of(Snapshot snapshot) {
        return snapshot.pairs().stream()
                .map(router -> "{\"data\":" + data(router, snapshot) + ",\"stats\":" + stats(router) + "}")
                .collect(Collectors.joining(",", "[", "]"));
    }

    private static String data(Snapshot.Pair router, Snapshot snapshot) {
        VirtualRouterConfig config = router.config();
        Tracks tracks = snapshot.ownTracks(config);
        Members json = new Members();
        Manners manners = config.tuning().manners();
        Leader leader = router.status().leader();
        String interval = Lines.decimal(config.advertInterval().toNanos());
        json.text("iname", config.name())
                .raw("dont_track_primary", flag(!manners.minding()))
                .raw("skip_check_adv_addr", 0) // every advertisement's are compared
                .raw("strict_mode", flag(manners.strict()))
                .text("vmac_ifname", Lines.isMacvlan(config) ? Lines.device(config) : "")
                .text("ifp_ifname", Lines.device(config))
                .raw("master_priority", leader == null ? 0 : leader.priority())
                .raw("last_transition", Lines.seconds(Lines.lastTransition(router, snapshot.now())))
                .raw("garp_delay", config.announce().delay().toSeconds())
                .raw("garp_refresh", config.announce().refresh().toSeconds())
                .raw("garp_rep", config.announce().repeat())
                .raw("garp_refresh_rep", config.announce().refreshRepeat())
                .raw("garp_lower_prio_delay", Lines.again(config).delay().toSeconds())
                .raw("garp_lower_prio_rep", Lines.again(config).repeat())
                .raw("lower_prio_no_advert", config.tuning().answerLowerPriority() ? 0 : 1)
                .raw("higher_prio_send_advert", flag(manners.answersHigher()))
                .raw("vrid", config.vrid())
                .raw("base_priority", config.priority())
                .raw("effective_priority", router.status().priority())
                .raw("vipset", router.isActive())
                .raw("promote_secondaries", false) // an address that goes with another is put back instead
                .raw("adver_int", interval)
                .raw("master_adver_int", leader == null ? interval : Lines.decimal(leader.intervalNs()))
                .raw("accept", flag(manners.accepts()))
                .raw("nopreempt", !config.preempt())
                .raw("preempt_delay", config.preemptDelay().toSeconds())
                .raw("state", Lines.number(router.status().state()))
                .raw("wantstate", Lines.number(router.status().state()))
                .raw("version", config.version())
                .raw("smtp_alert", config.scripts().mails())
                .raw("notify_deleted", config.scripts().tellsDeleted());
        script(json, "script_backup", config.scripts().scripts().get(Moment.BACKUP));
        script(json, "script_master", config.scripts().scripts().get(Moment.MASTER));
        script(json, "script_fault", config.scripts().scripts().get(Moment.FAULT));
        script(json, "script_stop", config.scripts().scripts().get(Moment.STOP));
        script(json, "script", config.scripts().any());
        script(json, "script_master_rx_lower_pri", config.scripts().scripts().get(Moment.MASTER_RX_LOWER_PRI));
        list(
                json,
                "vips",
                config.addresses().stream()
                        .map(address -> Lines.address(address, router))
                        .toList());
        list(
                json,
                "evips",
                config.excludedAddresses().stream()
                        .map(address -> Lines.address(address, router))
                        .toList());
        list(json, "vroutes", config.routes().stream().map(Lines::route).toList());
        list(json, "vrules", config.rules().stream().map(Lines::rule).toList());
        list(
                json,
                "track_ifp",
                tracks.interfaces().stream().map(TrackInterface::name).toList());
        list(
                json,
                "track_script",
                tracks.scripts().stream()
                        .map(script -> Lines.command(new Script(script.command(), null, null)))
                        .toList());
        json.raw("auth_type", config.password() == null ? 0 : 1);
        if (config.password() != null) {
            json.text("auth_data", "");
        }
        return json.object();
    }

    private static int flag(boolean set) {
        return set ? 1 : 0;
    }

    private static void script(Members json, String key, @Nullable Script script) {
        if (script != null) {
            json.text(key, Lines.command(script));
        }
    }

    private static void list(Members json, String key, List<String> values) {
        if (!values.isEmpty()) {
            json.raw(key, values.stream().map(JsonText::quoted).collect(Collectors.joining(",", "[", "]")));
        }
    }

    private static String stats(Snapshot.Pair router) {
        return new Members()
                .raw("advert_rcvd", router.count("adverts_received"))
                .raw("advert_sent", router.count("adverts_sent"))
                .raw("become_master", router.count("became_active"))
                .raw("release_master", router.released())
                .raw("packet_len_err", router.count("drop_length") + router.count("drop_ip_length"))
                .raw("advert_interval_err", router.count("drop_interval"))
                .raw("ip_ttl_err", router.count("drop_ttl"))
                .raw("invalid_type_rcvd", router.count("drop_type"))
                .raw("addr_list_err", router.count("remark_addresses_differ"))
                .raw("invalid_authtype", router.count("drop_auth_unknown"))
                .raw("authtype_mismatch", router.count("drop_auth_type"))
                .raw("auth_failure", router.count("drop_password"))
                .raw("pri_zero_rcvd", router.count("priority_zero_received"))
                .raw("pri_zero_sent", router.count("priority_zero_sent"))
                .object();
    }

    private static final class Members {
        private final List<String> members = new ArrayList<>();

        Members raw(String key, Object value) {
            members.add(JsonText.quoted(key) + ":" + value);
            return this;
        }

        Members text(String key, String value) {
            return raw(key, JsonText.quoted(value));
        }

        String object() {
            return "{" + String.join(",", members) + "}";
        }
    }
}
