import { createAuth } from "@portcullis/sdk";
import { portcullis } from "@portcullis/sdk/vue";
import { createApp } from "vue";

import App from "./App.vue";
import "./style.css";

createApp(App).use(portcullis, createAuth()).mount("#app");
